"""``python -m data wallcharts``: files by code and name for their owner alone, exit codes, a sentence for a refusal."""

import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select

from components.wallcharts import command
from data.commands.parser import ABOVE, main
from data.model import access_log, setting
from data.store.engine import writing
from tests.components.wallcharts.ground import BASE
from tests.data.paper import reading as paper
from tests.data.village_ground import OTHER_TOWNSHIP, VILLAGE

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def url(walls: Engine) -> str:
    return walls.url.render_as_string(hide_password=False)


def addressed(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(insert(setting).values(name="base_url", value=BASE, changed="2026-11-01", actor="admin"))


def test_a_township_and_its_villages_become_files_of_their_owner(walls: Engine, url: str, tmp_path: Path, capsys):
    addressed(walls)
    out, township = tmp_path / "new" / "charts", OTHER_TOWNSHIP[:9]
    call = ["--database", url, "wallcharts", "--region", township, "--out", str(out), "--size", "A4"]
    assert main([*call, "--month", "2026-10"]) == 0
    own = f"{township}_示范镇2_A4.pdf"
    names = {path.name for path in out.iterdir()}
    assert len(names) == 4 and names >= {own, f"{OTHER_TOWNSHIP}_示范村2_A4.pdf"}
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600} and out.stat().st_mode & 0o777 == 0o700
    assert "2026年10月" in paper.texts((out / own).read_bytes())[0]
    told = capsys.readouterr()
    assert "4 份 A4 挂图" in told.out and told.err == ""
    with walls.connect() as connection:
        log = connection.execute(select(access_log.c.actor, access_log.c.address, access_log.c.detail)).all()
    assert log[-1].address == "命令行" and log[-1].detail.startswith("挂图A4（PDF） · 示范镇2")
    assert main(call) == 1 and "已有文件" in capsys.readouterr().err


def test_a_zip_holds_the_same_files_and_a_missing_address_is_told_by_the_exit_code(url: str, tmp_path: Path, capsys):
    call = ["--database", url, "wallcharts", "--region", VILLAGE, "--out", str(tmp_path / "o"), "--size", "A4", "--zip"]
    assert main(call) == 3
    [packed] = (tmp_path / "o").iterdir()
    assert packed.name == "挂图_示范村0_A4.zip" and packed.stat().st_mode & 0o777 == 0o600
    assert zipfile.ZipFile(packed).namelist() == [f"{VILLAGE}_示范村0_A4.pdf"]
    assert "户码网址" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--region", "990199"], 1, "没有代码为“990199”的区划"),
        (["--region", VILLAGE, "--month", "2036-01"], 1, "没有 2036-01 的数据"),
        (["--region", VILLAGE, "--month", "soon"], 1, "无法识别"),
        (["--region", ""], 1, "请写明"),
        (["--region", VILLAGE, "--size", "A7"], 2, "没有这个命令或选项"),
        ([], 2, "缺少参数"),
    ],
)
def test_a_wrong_call_is_a_sentence_and_writes_nothing(
    url: str, tmp_path: Path, capsys, arguments: list[str], code: int, said: str
):
    call = ["--database", url, "wallcharts", *arguments, "--out", str(tmp_path / "o")]
    try:
        ended = main(call)
    except SystemExit as ending:
        ended = ending.code
    assert ended == code and said in capsys.readouterr().err
    assert not (tmp_path / "o").exists() or not list((tmp_path / "o").iterdir())


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_made(url: str, tmp_path: Path, capsys):
    file = tmp_path / "file"
    file.write_text("x")
    for place in (file, file / "below"):
        assert main(["--database", url, "wallcharts", "--region", VILLAGE, "--out", str(place)]) == 1
        said = capsys.readouterr().err
        assert "是一个文件" in said or "写不进去" in said
    assert file.read_text() == "x"


def test_what_was_written_before_the_command_was_told_to_end_stands_in_the_log(
    walls: Engine, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write = command._write

    def ended_after(path: Path, content: bytes) -> None:
        write(path, content)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(command, "_write", ended_after)
    before = signal.getsignal(signal.SIGTERM)
    out = tmp_path / "charts"
    called = ["--database", url, "wallcharts", "--region", VILLAGE[:9], "--out", str(out), "--size", "A3"]
    assert main(called) == 1
    assert signal.getsignal(signal.SIGTERM) == before and len(list(out.iterdir())) == 1
    with walls.connect() as connection:
        logged = connection.execute(select(access_log.c.detail).where(access_log.c.view == "print")).scalars().all()
    assert logged[-1].endswith("1 份")


def test_commands_of_the_layer_above_are_there_and_know_no_screen():
    for module in ABOVE.values():
        program = f"import sys, {module} as above; assert callable(above.run) and 'streamlit' not in sys.modules"
        subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
    asked = (
        "import sys, data.commands.parser; assert not [name for name in sys.modules if name.startswith('components')]"
    )
    subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=True)
