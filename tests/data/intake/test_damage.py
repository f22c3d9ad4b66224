"""Random damage: each file ends in sentences, and a refused one leaves the store as it was.

WAR_ROOM_DAMAGE says how many files; the long proof takes a thousand.
"""

import os
import resource

import pytest

from data.errors import Refused
from data.intake import import_files
from data.intake.report import lines, write_marked_copy
from data.store.engine import open_engine
from tests.data.intake.books import sound_book, write_xlsx
from tests.data.intake.damage import damaged
from tests.moment import NOW

FILES = int(os.environ.get("WAR_ROOM_DAMAGE", "30"))
_PARTS = max(FILES // 3, 1)
_MOST_KB = 1_500_000  # the process may grow by: a bomb that is unpacked takes more


@pytest.fixture(scope="module")
def filled(migrated_sqlite, tmp_path_factory):
    """A store with the sound book."""
    folder = tmp_path_factory.mktemp("damage")
    (folder / "store.db").write_bytes(migrated_sqlite.read_bytes())
    engine = open_engine(f"sqlite:///{folder / 'store.db'}")
    assert import_files(engine, [write_xlsx(folder / "sound.xlsx", sound_book())], now=NOW, rebuild=False).wrote
    return engine


def contents(engine):
    with engine.connect() as connection:
        return list(connection.connection.driver_connection.iterdump())


@pytest.mark.parametrize("part", range(_PARTS))
def test_a_damaged_file_ends_in_sentences_and_leaves_the_store(filled, tmp_path, monkeypatch, part):
    monkeypatch.setenv("WARROOM_IMPORT_MB", "8")
    before, grown = contents(filled), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for seed in range(part, FILES, _PARTS):
        path = damaged(tmp_path, seed)
        try:
            result = import_files(filled, [path], now=NOW, rebuild=False)
        except Refused as refusal:
            assert str(refusal).endswith("。"), seed
            continue
        assert all(line.strip() for line in lines(result)), seed
        assert result.refusals or result.waiting or result.rows, seed
        if result.refusals or result.waiting:
            assert not result.wrote, seed
            write_marked_copy(result, [path], tmp_path / f"{seed}-marked.xlsx")
        after = contents(filled)
        assert result.wrote or after == before, seed
        before = after
        path.unlink()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - grown < _MOST_KB
