"""Typesetting and its font: found among the system's, what it lacks said; values harmless; the work bounded."""

import io
import subprocess

import pytest
from pypdf import PdfReader

from components.drawing.qr import qr_svg
from data.codes.labels import SIZES, shared
from data.errors import Refused
from data.paper import fonts, typeset
from tests.data.paper import reading as paper

SHARED = shared(SIZES["small"], hotline="12317")


def label(head: str = "张**") -> dict:
    qr = qr_svg("http://127.0.0.1/q/x")
    return {"head": head, "place": "示范村", "lines": [["", "K1"]], "qr": qr, "demonstration": True}


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch):
    """A machine without a Chinese font."""
    latin = {name: face for name, face in fonts._faces().items() if name.startswith("DejaVu")}
    monkeypatch.setattr(fonts, "_faces", lambda: latin)
    fonts._first_fit.cache_clear()
    yield
    fonts._first_fit.cache_clear()


def test_the_font_found_draws_the_rare_characters_of_names():
    assert fonts.family() in fonts._faces()
    assert fonts.lacking(["䶮喆㛃𠮷", "张三 abc 123，。"]) == ""


def test_characters_that_no_font_draws_are_named_once():
    private, unassigned = "\ue123", "\U000323b5"  # how name characters without a code are written
    assert fonts.lacking([f"张{private}", f"{private}李{unassigned}"]) == private + unassigned


def test_a_private_character_is_printed_as_a_mark_whatever_a_font_draws_for_it(monkeypatch: pytest.MonkeyPatch):
    made = typeset.pdf("label", [label("钱\ue123明")], SHARED)
    assert "钱〓明" in paper.texts(made)[0]
    name, drawn = fonts._chosen()
    monkeypatch.setattr(fonts, "_chosen", lambda: (name, drawn | {"\ue123"}))
    assert fonts.lacking(["钱\ue123明"]) == "\ue123"


def test_a_character_that_only_another_font_draws_is_not_missed():
    own = fonts._chosen()[1]
    others = frozenset().union(*(fonts._drawn(name) for name in fonts._faces() if name.startswith("DejaVu")))
    if not (beyond := sorted(others - own)):
        pytest.skip("no second font on this machine")
    assert fonts.lacking([beyond[0]]) == ""


def test_without_a_chinese_font_one_sentence_names_the_package(no_fonts):
    with pytest.raises(Refused, match="apt-get install fonts-noto-cjk"):
        typeset.pdf("label", [label()], SHARED)


def test_a_preferred_font_comes_before_any_other(monkeypatch: pytest.MonkeyPatch):
    drawn = frozenset(fonts.PLAIN + fonts.RARE)
    held = {"A Kai": drawn, "PingFang SC": drawn, "Noto Sans CJK SC": frozenset(fonts.PLAIN)}
    monkeypatch.setattr(fonts, "_faces", lambda: dict.fromkeys(held, ("", 0)))
    monkeypatch.setattr(fonts, "_drawn", held.get)
    first_fit = fonts._first_fit.__wrapped__
    assert first_fit()[0] == "PingFang SC"
    held["PingFang SC"] = held["A Kai"] = frozenset(fonts.PLAIN)
    assert first_fit()[0] == "Noto Sans CJK SC"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "—"),
        ("", "—"),
        ("  \u200b ", "—"),
        ("王\u202e某\x00\x1b", "王某"),
        ("一\r\n二\t三", "一  二 三"),
        ("长" * 61, "长" * 59 + "…"),
        ("A" * 12, "A" * 10 + "\u200bAA"),
        ("阿卜杜·买买提", "阿卜杜·买买提"),
        (5, "5"),
    ],
)
def test_a_value_becomes_one_harmless_line(value, shown: str):
    assert typeset.clean(value) == shown


def test_a_code_is_not_broken():
    assert typeset.clean("990181001201001", 24, run=0) == "990181001201001"


def test_values_are_data_and_stand_in_no_argument_of_the_process(monkeypatch: pytest.MonkeyPatch):
    calls = []
    popen = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda *args, **named: calls.append((args, named)) or popen(*args, **named)
    )
    made = typeset.pdf("label", [label('#panic("x") `$*')], SHARED)
    assert len(calls) == 1 and "panic" not in str(calls)
    assert '#panic("x")`$*' in paper.texts(made)[0]


def test_more_than_a_pipe_holds_arrives():
    """The process reads late; what did not fit into the pipe at first must still be sent."""
    made = typeset.pdf("label", [label() for _ in range(189)], SHARED)
    assert len(PdfReader(io.BytesIO(made)).pages) == 9


def test_what_cannot_be_set_is_refused_without_its_content():
    with pytest.raises(Refused, match="排版没有完成") as refused:
        typeset.pdf("label", [{"head": "王小明"}], SHARED)
    assert "王小明" not in str(refused.value)


def test_a_cancelled_process_ends_at_once(monkeypatch: pytest.MonkeyPatch):
    processes = []
    popen = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **n: processes.append(popen(*a, **n)) or processes[-1])
    with pytest.raises(typeset.Cancelled):
        typeset.pdf("label", [label()] * 500, SHARED, cancelled=lambda: True)
    assert processes[0].returncode


def test_a_process_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(typeset, "LONGEST", 0.0)
    with pytest.raises(Refused, match="排版没有完成"):
        typeset.pdf("label", [label()] * 2000, SHARED)


def test_two_sided_parts_each_begin_on_a_front():
    one = typeset.pdf("label", [label()], SHARED)
    assert len(PdfReader(io.BytesIO(typeset.merged([one, one], "x", two_sided=True))).pages) == 3
    joined = PdfReader(io.BytesIO(typeset.merged([one, one], "户码标签", two_sided=False)))
    assert len(joined.pages) == 2 and joined.metadata.title == "户码标签"


def test_a_preview_is_the_first_page_as_png():
    assert typeset.preview("label", [label()] * 30, SHARED).startswith(b"\x89PNG")
