"""The source of the tree, read: its files by layer, what they import, the texts in them."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("data", "components", "pages", "app")  # each may use itself and those before it


def sources(*layers: str) -> list[Path]:
    """The Python files of these layers, as paths below the root."""
    found = [path for layer in layers for path in (ROOT / layer).rglob("*.py")]
    found += [ROOT / "app.py"] if "app" in layers and (ROOT / "app.py").exists() else []
    return sorted(path.relative_to(ROOT) for path in found)


def imported(tree: ast.AST, source: Path) -> Iterator[str]:
    """Dotted names of all modules that a file imports, also inside functions; relative ones made absolute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = source.parts[: len(source.parts) - node.level] if node.level else ()
            base = ".".join([*package, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" if base else alias.name for alias in node.names)


def texts(tree: ast.AST) -> Iterator[str]:
    """All string constants of a file but its docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def parse(source: Path) -> ast.AST:
    return ast.parse((ROOT / source).read_text(encoding="utf-8"))


def roots(source: Path) -> set[str]:
    """The first names of what a file imports: "data", "streamlit", …"""
    return {name.partition(".")[0] for name in imported(parse(source), source)}
