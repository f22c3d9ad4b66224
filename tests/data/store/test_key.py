"""The key of a store: made once, whole, whoever asks first."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from data.store.engine import open_engine
from data.store.key import derived, key_file


def test_of_many_who_make_the_key_at_once_all_go_by_one(tmp_path: Path):
    for number in range(20):
        engine = open_engine(f"sqlite:///{tmp_path / f'{number}.db'}")
        with ThreadPoolExecutor(8) as threads:
            made = set(threads.map(lambda _, engine=engine: derived(engine, "test"), range(8)))
        assert len(made) == 1
        assert key_file(engine).stat().st_mode & 0o777 == 0o600
    assert len(list(tmp_path.glob("*.key*"))) == 20
