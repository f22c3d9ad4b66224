"""What is written for people is true: the paths it names are there, the floors it draws are the law."""

import re

import pytest

from data.access.roles import ALLOWED, OTHERS, RIGHTS, ROLES, THINGS
from data.commands.version import VERSION
from tests.floors import FLOOR
from tests.source_code import ROOT

DOCUMENTS = ("README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
FOLDERS = ("pages", "components", "data", "tests", "benchmarks", "docs", ".ci", ".streamlit")
QUOTED = re.compile(r"`([^`\n]+)`")
LINKED = re.compile(r"\]\(([^)#]+)\)")
MADE = re.compile(r"(?:^|`)(?:\w+=\S+ )?make (\w+)", re.MULTILINE)
IN_A_FILE = re.compile(r"`([A-Za-z_]+)` (?:of |in |\()`([\w/]+\.py)`")


def written(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def paths(text: str) -> set[str]:
    """What a document names of this tree: quoted, in a command, or as a link."""
    words = {word for quoted in QUOTED.findall(text) for word in quoted.split()}
    words |= {word for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for word in block.split()}
    named = {word for word in words if word.split("/")[0] in FOLDERS and "/" in word}
    return named | {link for link in LINKED.findall(text) if "://" not in link}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_that_a_document_names_is_there(name: str):
    assert not {path for path in paths(written(name)) if not (ROOT / path).exists()}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_document_finds_in_a_file_is_there(name: str):
    named = IN_A_FILE.findall(written(name))
    assert not [(word, file) for word, file in named if not re.search(rf"\b{word}\b", written(file))]


def test_paths_and_names_would_be_found():
    text = "`data/x.py`, `a` of `data/y.py`; [z](docs/z.png) `/healthz`\n```sh\npytest tests/t.py -k x\n```"
    assert paths(text) == {"data/x.py", "data/y.py", "docs/z.png", "tests/t.py"}
    assert IN_A_FILE.findall(text) == [("a", "data/y.py")]
    assert len(paths(written("ARCHITECTURE.md"))) > 60 and len(IN_A_FILE.findall(written("ARCHITECTURE.md"))) > 5


def test_the_drawing_of_the_floors_is_the_law():
    drawing = re.search(r"```\n(components\n.*?)```", written("ARCHITECTURE.md"), re.DOTALL)[1]
    drawn: dict[str, int] = {}
    layer = ""
    for line in drawing.splitlines():
        floor = re.match(r"\s*(\d+)\s+((?:\w+ )*\w+)(?:\s{2,}|$)", line)
        layer = layer if floor else line
        drawn |= {f"{layer}.{room}": int(floor[1]) for room in floor[2].split()} if floor else {}
    assert drawn == FLOOR


def test_the_table_of_rights_is_the_law():
    signs, told = {right: word[-1] for right, word in RIGHTS.items()}, written("SECURITY.md")
    for thing, named in THINGS.items():
        may = [
            [sign for right, sign in signs.items() if thing in ALLOWED[role].get(right, ())] for role in ROLES | OTHERS
        ]
        assert f"| {named} | {' | '.join(' '.join(own) or '—' for own in may)} |\n" in told
    assert all(f"{sign} {RIGHTS[right]}" in told for right, sign in signs.items())


def test_the_newest_entry_of_the_changelog_is_this_version():
    assert re.search(r"^## (\S+)", written("CHANGELOG.md"), re.MULTILINE)[1] == VERSION


def test_make_targets_that_a_document_names_are_made():
    targets = set(re.search(r"^\.PHONY: (.*)$", written("Makefile"), re.MULTILINE)[1].split())
    named = {target for name in DOCUMENTS for target in re.findall(MADE, written(name))}
    assert {"run", "dev", "check", "quick", "test", "soak"} <= named <= targets
