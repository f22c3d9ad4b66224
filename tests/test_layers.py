"""The house law, read from the source: imports run one way, and each layer holds only what belongs there."""

import ast
import re
import subprocess
from collections.abc import Iterator, Mapping, Set
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.floors import FLOOR
from tests.source_code import LAYERS, ROOT, imported, parse, roots, sources, texts

SCREEN_PACKAGES = {"streamlit", "streamlit_folium"}
STORE_PACKAGES = {"sqlalchemy", "sqlite3", "psycopg", "alembic"}
DRAWING = Path("components/drawing")
THEME = DRAWING / "theme.py"
FRONT_DOORS = {"data/boundaries", "data/intake", "data/model"}  # packages whose __init__ is more than a sentence
MOST_FLAT = 8  # modules of data/ that stand in no package; in components/ there is none
TOP_LEVEL = {
    *("app.py", "pages", "components", "data", "tests", "benchmarks", "static"),
    *(
        "README.md",
        "README.zh-CN.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "LICENSE",
        "Makefile",
        "requirements.txt",
        "requirements-dev.txt",
    ),
    *("pyproject.toml", ".ci", ".gitignore", ".git-blame-ignore-revs", ".streamlit", "docs"),
}
SQL = re.compile(r"\b(SELECT\b.+\bFROM|INSERT\s+INTO|UPDATE\b.+\bSET|DELETE\s+FROM)\b", re.DOTALL)
COLOUR = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b|\b(?:rgb|hsl)a?\(")
MARKUP = re.compile(r"</?[a-z][a-z0-9]*(\s[^>]*)?>|unsafe_allow_html")


@pytest.mark.parametrize("source", sources(*LAYERS), ids=str)
def test_imports_run_one_way(source: Path):
    own = LAYERS.index(source.with_suffix("").parts[0])
    forbidden = {*LAYERS[own + 1 :], "tests", "benchmarks"}
    assert not roots(source) & forbidden


@pytest.mark.parametrize("source", sources("data"), ids=str)
def test_data_know_nothing_of_the_screen(source: Path):
    assert not roots(source) & SCREEN_PACKAGES


@pytest.mark.parametrize("source", [path for path in sources("components") if path.parent == DRAWING], ids=str)
def test_builders_are_pure(source: Path):
    assert not roots(source) & (SCREEN_PACKAGES | STORE_PACKAGES)


def module(source: Path) -> str:
    """The dotted name of a file; a package's is that of its __init__."""
    return ".".join(source.with_suffix("").parts).removesuffix(".__init__")


def package(name: str) -> str:
    """The package or flat module that a dotted name lies in: data.figures, data.errors, …"""
    return ".".join(name.split(".")[:2])


def crossings(source: Path) -> Iterator[str]:
    """What a file imports of a floor that is not below its own, as sentences."""
    name = module(source)
    own = package(name)
    for needed in imported(parse(source), source):
        other = package(needed)
        if other == own or needed.partition(".")[0] not in ("data", "components") or "." not in needed:
            continue
        if FLOOR[other] >= FLOOR[own]:
            yield f"{own} (floor {FLOOR[own]}): {name} imports {needed} (floor {FLOOR[other]})"


@pytest.mark.parametrize("source", sources("data", "components"), ids=str)
def test_a_package_imports_lower_floors_only(source: Path):
    if source.name == "__init__.py" and len(source.parts) == 2:
        return  # the sentence of a whole layer
    assert not list(crossings(source))


def circle(imports: Mapping[str, Set[str]]) -> list[str]:
    """Modules that import one another in turn, the first once more at the end; none where there is no such circle."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_modules_need_each_other_in_a_circle_not_even_for_their_types():
    modules = {module(source): source for source in sources("data", "components")}
    imports = {
        name: {
            next((known for known in (other, other.rpartition(".")[0]) if known in modules), "")
            for other in imported(parse(source), source)
        }
        - {""}
        for name, source in modules.items()
    }
    assert sum(map(len, imports.values())) > len(modules)
    assert not circle(imports)


def test_every_room_has_a_floor_and_few_modules_stand_outside_one():
    rooms = {package(".".join(path.with_suffix("").parts)) for path in sources("data", "components")}
    rooms -= {"data.__init__", "components.__init__"}
    assert rooms == FLOOR.keys()
    flat = {path.name for path in sources("data", "components") if len(path.parts) == 2} - {
        "__init__.py",
        "__main__.py",
    }
    assert not [path for path in sources("components") if len(path.parts) == 2 and path.name != "__init__.py"]
    assert len(flat) <= MOST_FLAT


@pytest.mark.parametrize(
    "source", [path for path in sources("data", "components") if path.name == "__init__.py"], ids=str
)
def test_a_package_begins_with_a_sentence_and_hands_nothing_on(source: Path):
    tree = parse(source)
    assert ast.get_docstring(tree)
    assert str(source.parent) in FRONT_DOORS or len(tree.body) == 1


@pytest.mark.parametrize("source", sources("data", "components"), ids=str)
def test_no_module_repeats_the_name_of_its_package(source: Path):
    if len(source.parts) > 2 and source.parts[1] not in ("phone", "model"):
        own, singular = source.parts[1], source.parts[1].removesuffix("s")
        assert not source.stem.startswith((f"{own}_", f"{singular}_"))


def test_tests_stand_where_what_they_test_stands():
    for layer in ("data", "components"):
        rooms = {path.name for path in (ROOT / "tests" / layer).iterdir() if path.is_dir()} - {"__pycache__"}
        assert rooms <= {path.name for path in (ROOT / layer).iterdir() if path.is_dir()}


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
        assert source == THEME or not COLOUR.search(text), text


def test_what_the_tests_look_for_would_be_found():
    assert COLOUR.search("#B8352B") and COLOUR.search("rgba(0,0,0,.5)") and not COLOUR.search("第#12号")
    assert SQL.search("SELECT a\nFROM b") and SQL.search("DELETE FROM b") and not SQL.search("Select a file")
    assert MARKUP.search("<div class='x'>") and not MARKUP.search("收入 < 监测线，人数 > 3")
    tree = ast.parse(
        "from ..pages import home\nfrom . import maps\ndef f():\n    'doc #FFF'\n    import data.figures.cube\n    'a'"
    )
    assert set(imported(tree, Path("components/x/y.py"))) == {
        "components.pages.home",
        "components.x.maps",
        "data.figures.cube",
    }
    assert list(texts(tree)) == ["a"]
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}
    assert not circle({"a": {"b", "c"}, "b": {"c"}})


def test_nothing_unexpected_lies_at_the_top_and_no_file_is_a_drawer_of_odds_and_ends():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode or not listed.stdout:
        pytest.skip("not a git checkout")
    files = [Path(line) for line in listed.stdout.splitlines()]
    assert {path.parts[0] for path in files} <= TOP_LEVEL
    assert not {path.stem for path in files} & {"utils", "util", "helpers", "helper", "common", "misc"}
