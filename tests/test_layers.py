"""The house law, read from the source: imports run one way, and each layer holds only what belongs there."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("data", "components", "pages", "app")  # each may use itself and those before it
SCREEN_PACKAGES = {"streamlit", "streamlit_folium"}
STORE_PACKAGES = {"sqlalchemy", "sqlite3", "psycopg", "alembic"}
PURE_BUILDERS = {"components/drawing/maps.py", "components/drawing/charts.py", "components/drawing/classes.py"}
TOP_LEVEL = {
    *("app.py", "pages", "components", "data", "tests", "benchmarks", "static"),
    *("README.md", "README.zh-CN.md", "LICENSE", "Makefile", "requirements.txt", "requirements-dev.txt"),
    *("pyproject.toml", ".ci", ".gitignore", ".streamlit", "docs"),
}
SQL = re.compile(r"\b(SELECT\b.+\bFROM|INSERT\s+INTO|UPDATE\b.+\bSET|DELETE\s+FROM)\b", re.DOTALL)
COLOUR = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b|\b(?:rgb|hsl)a?\(")
MARKUP = re.compile(r"</?[a-z][a-z0-9]*(\s[^>]*)?>|unsafe_allow_html")


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


@pytest.mark.parametrize("source", sources(*LAYERS), ids=str)
def test_imports_run_one_way(source: Path):
    own = LAYERS.index(source.with_suffix("").parts[0])
    forbidden = {*LAYERS[own + 1 :], "tests", "benchmarks"}
    assert not roots(source) & forbidden


@pytest.mark.parametrize("source", sources("data"), ids=str)
def test_data_know_nothing_of_the_screen(source: Path):
    assert not roots(source) & SCREEN_PACKAGES


@pytest.mark.parametrize("source", [path for path in sources("components") if str(path) in PURE_BUILDERS], ids=str)
def test_builders_are_pure(source: Path):
    assert not roots(source) & (SCREEN_PACKAGES | STORE_PACKAGES)


@pytest.mark.parametrize("source", sources("pages"), ids=str)
def test_a_page_holds_no_query_no_colour_no_markup_and_no_other_page(source: Path):
    assert not roots(source) & (STORE_PACKAGES | {"pages"})
    for text in texts(parse(source)):
        assert not SQL.search(text), text
        assert not COLOUR.search(text), text
        assert not MARKUP.search(text), text


@pytest.mark.parametrize("source", sources("components", "app"), ids=str)
def test_queries_are_written_in_data_and_colours_in_the_theme(source: Path):
    for text in texts(parse(source)):
        assert not SQL.search(text), text
        assert str(source) == "components/drawing/theme.py" or not COLOUR.search(text), text


def test_what_the_tests_look_for_would_be_found():
    assert COLOUR.search("#B8352B") and COLOUR.search("rgba(0,0,0,.5)") and not COLOUR.search("第#12号")
    assert SQL.search("SELECT a\nFROM b") and SQL.search("DELETE FROM b") and not SQL.search("Select a file")
    assert MARKUP.search("<div class='x'>") and not MARKUP.search("收入 < 监测线，人数 > 3")
    tree = ast.parse(
        "from ..pages import home\nfrom . import maps\ndef f():\n    'doc #FFF'\n    import data.cube\n    'a'"
    )
    assert set(imported(tree, Path("components/x/y.py"))) == {
        "components.pages.home",
        "components.x.maps",
        "data.cube",
    }
    assert list(texts(tree)) == ["a"]


def test_nothing_unexpected_lies_at_the_top_and_no_file_is_a_drawer_of_odds_and_ends():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode or not listed.stdout:
        pytest.skip("not a git checkout")
    files = [Path(line) for line in listed.stdout.splitlines()]
    assert {path.parts[0] for path in files} <= TOP_LEVEL
    assert not {path.stem for path in files} & {"utils", "util", "helpers", "helper", "common", "misc"}
