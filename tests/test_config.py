"""The settings of the server and the lists of packages say what they mean, and mean what they say."""

import re
import sys
import tomllib
from importlib import metadata

import pytest
from streamlit import config

from tests.source_code import LAYERS, ROOT, roots, sources

SETTINGS = ROOT / ".streamlit" / "config.toml"
PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[a-z]+])?==(?P<version>[0-9][A-Za-z0-9.]*)")


def pins(file: str) -> dict[str, str]:
    """Package → version of a list of requirements; fails on a line that is not pinned exactly."""
    found = {}
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "-r ")):
            pin = PIN.fullmatch(line)
            assert pin, f"{file}: {line}"
            found[normal(pin["name"])] = pin["version"]
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def flat(table: dict, prefix: str = "") -> dict[str, object]:
    """Nested tables as dotted keys."""
    found = {}
    for key, value in table.items():
        found |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return found


def test_streamlit_knows_every_setting_and_takes_its_value():
    wanted = flat(tomllib.loads(SETTINGS.read_text(encoding="utf-8")))
    known = config.get_config_options(force_reparse=True)
    assert set(wanted) <= set(known)
    assert {key: known[key].value for key in wanted} == wanted


def test_every_line_of_the_settings_has_its_reason_above_it():
    lines = SETTINGS.read_text(encoding="utf-8").splitlines()
    settings = [number for number, line in enumerate(lines) if line and not line.startswith("#")]
    assert settings
    assert not [lines[number] for number in settings if not lines[number - 1].startswith("# ")]


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_packages_are_pinned_and_installed_as_pinned(file: str):
    assert {name: metadata.version(name) for name in pins(file)} == pins(file)


def test_every_package_that_the_application_imports_is_required():
    providers = metadata.packages_distributions()
    names = {name for source in sources(*LAYERS) for name in roots(source)} - set(LAYERS) - sys.stdlib_module_names
    required = set(pins("requirements.txt"))
    assert not {name for name in names if not required & {normal(each) for each in providers.get(name, [])}}
