"""The launch link: one secret for all processes, its owner's alone, gone with the first account."""

import stat
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine

from data.people.launch import PATH, launch_path, opens
from data.store.engine import beside
from tests.people import enrolled


def test_all_processes_tell_one_link(engine: Engine):
    with ThreadPoolExecutor(8) as processes:
        links = {one.result() for one in [processes.submit(launch_path, engine) for _ in range(8)]}
    (link,) = links
    assert link.startswith(PATH) and len(link.removeprefix(PATH)) >= 43
    file = beside(engine, "launch")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in file.parent.glob(f"{file.name}.*")] == []


def test_only_the_secret_opens_and_only_until_the_first_account(engine: Engine):
    assert not opens(engine, "")  # before there is one
    secret = launch_path(engine).removeprefix(PATH)
    assert opens(engine, secret)
    for wrong in ("", secret[:-1], secret + "x", secret.swapcase(), "张", "\ud800"):
        assert not opens(engine, wrong)
    enrolled(engine, "admin")
    assert not opens(engine, secret)
    assert launch_path(engine) is None and not beside(engine, "launch").exists()
