"""Archives: what may come in, where it lies, who may open it, what is taken along by a backup."""

import io
import os
import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Engine, func, select

from data import model
from data.access.viewer import Viewer
from data.archives import files as archive_files
from data.archives import pictures
from data.archives.files import examine, folder, place, thumbnail
from data.errors import NoRight, NotFound, Refused
from data.households import archives
from data.households.edits import undo
from data.store.engine import writing
from tests.conftest import ROOT
from tests.data.archives import ground
from tests.data.small_county import COUNTY, VILLAGES, fill
from tests.moment import NOW

pytestmark = pytest.mark.filled(by=fill)

ADMIN, DISPLAY = Viewer("admin", ""), Viewer("display", COUNTY)
HIDE, RESTORE = (partial(act, now=NOW) for act in (archives.hide, archives.restore_hidden))
PEAK = """
import resource, sys
from data.archives.files import examine
from data.errors import Refused
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try: said = examine(sys.stdin.buffer.read()).media_type
except Refused as error: said = str(error)
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(used // 1024, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, said)
"""


@pytest.fixture(autouse=True)
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files and key of the test's own."""
    monkeypatch.setenv("WARROOM_ARCHIVES", str(tmp_path / "kept"))
    monkeypatch.setenv("WARROOM_KEY_FILE", str(tmp_path / "kept.key"))
    return tmp_path


@pytest.fixture
def county(engine: Engine) -> Engine:
    return engine


def households(engine: Engine, village: str) -> list[int]:
    with engine.connect() as connection:
        of = model.household.c
        return list(connection.execute(select(of.id).where(of.village == village).order_by(of.id)).scalars())


def listed(engine: Engine, viewer: Viewer, household: int, **options):
    with engine.connect() as connection:
        return archives.archives_of(connection, viewer, household, **options)


def put(engine: Engine, content: bytes | None = None, household: int | None = None, **options) -> int:
    facts = {"kind": "住房照片", "title": "主屋正面", **options}
    household = household or households(engine, VILLAGES[0])[0]
    return archives.add(engine, ADMIN, household, content or ground.photo(), **facts, now=NOW)


def test_a_photo_is_listed_and_opened_as_it_came(county: Engine):
    household, content = households(county, VILLAGES[0])[0], ground.photo()
    id = put(county, content, household, dated="2026-10-01")
    row = listed(county, ADMIN, household).iloc[0]
    assert (row.id, row.kind, row.title, row.media_type) == (id, "住房照片", "主屋正面", "image/jpeg")
    assert (row["size"], row.dated, row.visit) == (len(content), "2026-10-01", None)
    assert archives.opened(county, ADMIN, id) == (content, "image/jpeg", "主屋正面.jpg", household, "住房照片")


@pytest.mark.parametrize(
    ("content", "media_type", "has_thumbnail"),
    [
        (ground.photo(), "image/jpeg", True),
        (ground.photo(form="PNG"), "image/png", True),
        (ground.photo(form="JPEG", progressive=True), "image/jpeg", True),
        (ground.pdf(), "application/pdf", False),
        (ground.scanned_pdf(), "application/pdf", True),
    ],
)
def test_pictures_and_papers_are_told_by_their_content(content: bytes, media_type: str, has_thumbnail: bool):
    found = examine(content)
    assert (found.media_type, found.thumbnail is not None) == (media_type, has_thumbnail)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "空的"),
        (b"<html><script>alert(1)</script></html>", "只收 PDF、JPEG、PNG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "只收 PDF、JPEG、PNG"),
        (b"  %PDF-1.7 behind something else %%EOF", "只收 PDF、JPEG、PNG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "导出为 JPEG"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "视频"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "另存为 JPEG"),
        (b"GIF89a\x01\0\x01\0", "另存为 JPEG"),
        (b"PK\x03\x04" + b"\0" * 40, "另存为 PDF"),
        (b"\xff\xd8\xff\xe0 no picture follows", "损坏"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "损坏"),
        (b"%PDF-1.7\n<script>alert(1)</script>\n%%EOF", "损坏"),
        (ground.photo()[:-300], "没有传完"),
        (ground.photo(form="PNG")[:-20], "没有传完"),
        (ground.photo(form="PNG", shade=77)[:400], "没有传完"),
        (ground.scanned_pdf()[:-500], "没有传完"),
        (ground.pdf(password="geheim"), "加了密码"),
        (ground.pdf(password=""), "加了密码"),
        (ground.script_pdf(), "脚本"),
        (ground.launching_pdf(), "脚本"),
        (ground.pdf(attached=b"MZ"), "附件"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_everything_else_is_refused_with_what_to_do(content: bytes, reason: str):
    with pytest.raises(Refused, match=reason):
        examine(content)


@pytest.mark.parametrize("content", [ground.photo(), ground.pdf()])
def test_what_is_larger_than_the_limit_is_refused(content: bytes):
    with pytest.raises(Refused, match="超过 20 MB"):
        examine(content + b"\0" * archive_files.LARGEST)


def peak(content: bytes) -> tuple[int, int, str]:
    """MB that an examination needs beyond the program itself, MB of its child, and what it said."""
    done = subprocess.run([sys.executable, "-c", PEAK], input=content, cwd=ROOT, capture_output=True, check=True)
    own, child, said = done.stdout.decode().split(maxsplit=2)
    return int(own), int(child), said.strip()


def test_a_photo_of_fifty_megapixels_comes_in_with_little_memory():
    own, _, said = peak(ground.photo(8660, 5773, quality=90))
    assert said == "image/jpeg"
    assert own < 60


@pytest.mark.parametrize(
    ("bomb", "reason"),
    [
        (ground.png_bomb(), "像素"),
        (ground.png_text_bomb(), "损坏"),
        (ground.jpeg_that_claims(60_000, 60_000), "像素"),
        (ground.jpeg_that_claims(9_000, 8_000, progressive=True), "像素"),
        (ground.one_colour_after_the_other(ground.jpeg_that_claims(9_000, 8_000)), "像素"),
        (ground.swollen_pdf(1200), "庞大"),
        (ground.swollen_pdf(300, times=2), "庞大"),
        (ground.pdf_of_many_objects(800), "损坏"),
    ],
    ids=["pixels", "comment", "claim", "progressive", "colours", "stream", "stream in a stream", "list of objects"],
)
def test_a_bomb_is_refused_before_it_unpacks(bomb: bytes, reason: str):
    own, child, said = peak(bomb)
    assert reason in said
    assert own < 60
    assert child < 250


def test_a_picture_made_small_is_upright_white_where_transparent_and_keeps_no_note_of_the_camera():
    turned, notes = io.BytesIO(), Image.Exif()
    notes[274], notes[315] = 6, "王某某"
    Image.new("RGB", (1000, 500), "navy").save(turned, "JPEG", exif=notes)
    small = examine(turned.getvalue()).thumbnail
    shown = Image.open(io.BytesIO(small))
    assert shown.size == (160, 320)
    assert "王某某".encode() not in small and not shown.getexif()
    clear = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(clear, "PNG")
    assert pictures.shrunk(clear.getvalue(), 50).getpixel((20, 20)) == (255, 255, 255)


def test_the_file_lies_under_its_hash_for_its_owner_alone_and_is_written_whole(county: Engine, away: Path):
    put(county)
    digest = listed(county, ADMIN, households(county, VILLAGES[0])[0]).iloc[0].digest
    path = place(folder(county), digest)
    assert path == away / "kept" / digest[:2] / digest and path.read_bytes() == ground.photo()
    assert [oct(one.stat().st_mode)[-3:] for one in (path, path.parent, path.parent.parent)] == ["600", "700", "700"]
    assert sorted(one.name for one in path.parent.iterdir()) == [digest, f"{digest}.thumb"]


def test_a_crash_while_writing_leaves_no_file_under_the_name(away: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "fsync", lambda handle: (_ for _ in ()).throw(OSError("disk full")))
    target = place(away / "kept", "ab" * 32)
    with pytest.raises(OSError):
        archive_files.write_whole(target, b"content")
    assert list(target.parent.iterdir()) == []


def test_a_crash_between_file_and_row_leaves_a_file_that_no_row_names_and_the_next_try_goes_through(
    county: Engine, monkeypatch: pytest.MonkeyPatch
):
    def crash(*arguments, **options):
        raise OSError("power cut")

    with monkeypatch.context() as broken, pytest.raises(OSError):
        broken.setattr(archives, "commit", crash)
        put(county)
    household = households(county, VILLAGES[0])[0]
    assert listed(county, ADMIN, household).empty
    assert len(list(archive_files.lying(county))) == 1
    id = put(county)
    assert archives.opened(county, ADMIN, id).content == ground.photo()


@pytest.mark.parametrize("digest", ["../../etc/passwd", "ab" * 31 + "..", "a" * 63 + "\0", "A" * 64, "", "ab" * 33])
def test_nothing_but_a_hash_is_a_path(county: Engine, digest: str):
    with pytest.raises(ValueError):
        archive_files.content_of(county, digest)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("../../etc/户口簿.jpg", "户口簿"),
        ("C:\\Users\\me\\房屋.2024.PDF", "房屋.2024"),
        ("a\0b\r\nSet-Cookie: x.png", "ab Set-Cookie: x"),
        ("\u202egpj.exe", "gpj"),
        ("", ""),
        ("䶮喆㛃\ue000.jpg", "䶮喆㛃\ue000"),
        ("长" * 500 + ".jpg", "长" * 60),
    ],
)
def test_a_title_from_the_name_of_a_file_is_plain_text(name: str, title: str):
    assert archives.title_of_file(name) == title


def test_a_title_is_stored_as_text_and_never_empty(county: Engine):
    household = households(county, VILLAGES[0])[0]
    put(county, household=household, title="<script>alert(1)</script>\0")
    put(county, ground.photo(shade=1), household, title=" \u200b ")
    assert set(listed(county, ADMIN, household).title) == {"<script>alert(1)</script>", "住房照片"}


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "不存在的类"},
        {"dated": "2026-02-30"},
        {"dated": "nonsense"},
        {"dated": (NOW.date() + timedelta(days=1)).isoformat()},
        {"visit": "no such visit"},
    ],
)
def test_facts_that_cannot_be_are_refused_and_nothing_is_written(county: Engine, facts: dict):
    with pytest.raises(Refused):
        put(county, **facts)
    with county.connect() as connection:
        assert connection.execute(select(func.count()).select_from(model.archive)).scalar() == 0


def test_a_photo_of_another_households_visit_is_refused(county: Engine):
    with county.connect() as connection:
        visit = connection.execute(select(model.visit.c.code, model.visit.c.household_id)).first()
    other = next(id for id in households(county, VILLAGES[0]) if id != visit.household_id)
    with pytest.raises(Refused):
        put(county, household=other, visit=visit.code)
    id = put(county, household=visit.household_id, visit=visit.code)
    assert listed(county, ADMIN, visit.household_id).set_index("id").visit[id] == visit.code


def test_the_same_paper_twice_is_said_and_in_two_households_is_one_file(county: Engine):
    one, two = households(county, VILLAGES[0])[0], households(county, VILLAGES[1])[0]
    first, second = put(county, household=one), put(county, household=two)
    with pytest.raises(Refused, match="已经在档案里"):
        put(county, household=one)
    assert len(list(archive_files.lying(county))) == 1
    archives.hide(county, ADMIN, first, now=NOW)
    with pytest.raises(NotFound):
        archives.opened(county, ADMIN, first)
    assert archives.opened(county, ADMIN, second).content == ground.photo()
    assert put(county, household=one) != first


def test_deleted_is_hidden_told_in_the_history_and_can_be_put_back(county: Engine):
    household = households(county, VILLAGES[0])[0]
    id = put(county, household=household)
    archives.hide(county, ADMIN, id, now=NOW)
    assert listed(county, ADMIN, household).empty
    assert list(listed(county, ADMIN, household, hidden=True).id) == [id]
    with pytest.raises(Refused, match="别人处理"):
        archives.hide(county, ADMIN, id, now=NOW)
    change = archives.restore_hidden(county, ADMIN, id, now=NOW)
    assert list(listed(county, ADMIN, household).id) == [id]
    undo(county, ADMIN, change, now=NOW)
    assert listed(county, ADMIN, household).empty
    with county.connect() as connection:
        told = connection.execute(select(model.change.c.what).order_by(model.change.c.id)).scalars().all()
    assert told == ["存入档案：主屋正面", "移除档案：主屋正面", "恢复档案：主屋正面", "撤销：恢复档案：主屋正面"]


def test_who_is_out_of_scope_neither_lists_opens_hides_nor_adds(county: Engine):
    household = households(county, VILLAGES[0])[0]
    id = put(county, household=household)
    for viewer in (
        Viewer("village", VILLAGES[1]),
        Viewer("township", VILLAGES[2][:9]),
        Viewer("helper", VILLAGES[0], "X"),
    ):
        assert listed(county, viewer, household).empty and listed(county, viewer, household, hidden=True).empty
        for act in (archives.opened, HIDE, RESTORE):
            with pytest.raises(NotFound):
                act(county, viewer, id)
        with pytest.raises(NotFound):
            archives.add(county, viewer, household, ground.photo(), kind="其他", title="", now=NOW)
    assert archives.opened(county, Viewer("village", VILLAGES[0]), id).household == household


@pytest.mark.parametrize("role", ["display", "stranger", "household"])
def test_who_only_looks_gets_no_archives_at_all(county: Engine, role: str):
    household = households(county, VILLAGES[0])[0]
    id, viewer = put(county, household=household), Viewer(role, COUNTY)
    for act, of in ((listed, household), (archives.opened, id), (HIDE, id), (RESTORE, id)):
        with pytest.raises(NoRight):
            act(county, viewer, of)
    with pytest.raises(NoRight):
        archives.add(county, viewer, household, ground.photo(), kind="其他", title="", now=NOW)
    assert len(list(archive_files.lying(county))) == 1


def test_a_household_has_only_so_much_room(county: Engine):
    household = households(county, VILLAGES[0])[0]
    id = put(county, household=household)
    with writing(county) as connection:
        connection.execute(model.archive.update().where(model.archive.c.id == id).values(size=500 * 2**20 - 10))
    with pytest.raises(Refused, match="已满"):
        put(county, ground.photo(shade=3), household)


def test_a_file_that_is_missing_or_changed_is_said_and_a_thumbnail_is_made_again(county: Engine):
    id = put(county)
    digest = listed(county, ADMIN, households(county, VILLAGES[0])[0]).iloc[0].digest
    path = place(folder(county), digest)
    before = thumbnail(county, digest)
    path.with_name(f"{digest}.thumb").unlink()
    assert thumbnail(county, digest) == before is not None
    path.write_bytes(ground.photo(shade=9))
    with pytest.raises(Refused, match="备份"):
        archives.opened(county, ADMIN, id)
    path.unlink()
    with pytest.raises(Refused, match="备份"):
        archives.opened(county, ADMIN, id)
    archive_files.keep(county, examine(ground.photo()))
    assert archives.opened(county, ADMIN, id).content == ground.photo()
