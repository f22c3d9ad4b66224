"""Papers of a project: taken in, opened in scope, out of sight and back, along in a backup."""

import shutil
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.archives import files as archive_files
from data.commands.parser import main
from data.errors import NoRight, NotFound, OutOfScope, Refused
from data.households import archives
from data.projects import archives as project_archives
from data.quality import checks
from data.store.engine import is_sqlite, ready_engine, writing
from tests.data.archives import ground
from tests.data.projects.ground import LATE, SHORT, VILLAGE, fill
from tests.data.small_county import COUNTY, TOWNSHIPS, VILLAGES
from tests.moment import NOW

ADMIN, TOWNSHIP = Viewer("admin", ""), Viewer("township", TOWNSHIPS[0])


@pytest.fixture(autouse=True)
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files and key of the test's own."""
    monkeypatch.setenv("WARROOM_ARCHIVES", str(tmp_path / "kept"))
    monkeypatch.setenv("WARROOM_KEY_FILE", str(tmp_path / "kept.key"))
    return tmp_path


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill, own=True)


def put(engine: Engine, content: bytes | None = None, viewer: Viewer = ADMIN, project: str = SHORT, **options) -> int:
    facts = {"kind": "合同协议", "title": "经营合同", **options}
    return project_archives.add(engine, viewer, project, content or ground.photo(), **facts, now=NOW)


def listed(engine: Engine, viewer: Viewer = ADMIN, project: str = SHORT, **options):
    with engine.connect() as connection:
        return project_archives.archives_of_project(connection, viewer, project, **options)


def test_a_paper_is_listed_and_opened_as_it_came(county: Engine):
    content = ground.photo()
    id = put(county, content, TOWNSHIP, dated="2026-10-01")
    (row,) = listed(county).itertuples()
    assert (row.id, row.kind, row.title, row.dated, row.actor) == (
        id,
        "合同协议",
        "经营合同",
        "2026-10-01",
        TOWNSHIP.key,
    )
    assert project_archives.opened(county, TOWNSHIP, id) == (content, "image/jpeg", "经营合同.jpg", None, "合同协议")


def test_a_paper_is_neither_listed_nor_opened_beyond_its_region_or_on_a_wall(county: Engine):
    id = put(county)
    for other in (Viewer("township", TOWNSHIPS[1]), Viewer("village", VILLAGES[0])):
        assert listed(county, other).empty
        with pytest.raises(NotFound, match=archives.NO_SUCH_ARCHIVE):
            project_archives.opened(county, other, id)
    for ask in (listed, partial(project_archives.opened, archive_id=id)):
        with pytest.raises(NoRight):
            ask(county, Viewer("display", COUNTY))
    with pytest.raises(NotFound):
        archives.opened(county, ADMIN, id)  # a household's archive is another thing


def test_a_helper_sees_photos_and_none_of_the_papers_that_may_name_other_households(county: Engine):
    helper = Viewer("helper", VILLAGES[0], "B1")
    paper = put(county, project=VILLAGE, kind="公示材料", title="名单")
    photo = put(county, ground.photo(shade=5), project=VILLAGE, kind="项目照片", title="大棚")
    assert listed(county, helper, VILLAGE)["id"].tolist() == [photo]
    assert project_archives.opened(county, helper, photo).filename == "大棚.jpg"
    with pytest.raises(NotFound):
        project_archives.opened(county, helper, paper)


def test_who_may_not_keep_papers_takes_none_in_and_hides_none(county: Engine):
    helper = Viewer("helper", VILLAGES[0], "B1")
    id = put(county, project=VILLAGE, kind="项目照片")
    with pytest.raises(OutOfScope):
        put(county, ground.photo(shade=3), helper, VILLAGE)
    with pytest.raises(OutOfScope):
        project_archives.hide(county, helper, id, now=NOW)
    with pytest.raises(NotFound):
        put(county, viewer=TOWNSHIP, project=LATE)
    with pytest.raises(NotFound):
        put(county, project="X-NONE")


def test_a_paper_out_of_sight_is_kept_with_who_and_when_and_comes_back(county: Engine):
    id = put(county)
    project_archives.hide(county, TOWNSHIP, id, now=NOW)
    assert listed(county).empty
    (row,) = listed(county, hidden=True).itertuples()
    assert (row.id, row.hidden_actor) == (id, TOWNSHIP.key) and len(row.hidden) == 19
    with pytest.raises(NotFound):
        project_archives.opened(county, ADMIN, id)
    with pytest.raises(Refused, match="刚刚已由别人处理"):
        project_archives.hide(county, ADMIN, id, now=NOW)
    project_archives.restore_hidden(county, ADMIN, id, now=NOW)
    assert listed(county).iloc[0].id == id and listed(county, hidden=True).empty


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"kind": "身份证件"}, "没有“身份证件”这一类"),
        ({"dated": "2999-01-01"}, "今天之后"),
        ({"content": b"MZ"}, "只收 PDF"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_reason_and_leaves_nothing(county: Engine, options: dict, why: str):
    with pytest.raises(Refused, match=why):
        put(county, **options)
    assert listed(county).empty


def test_the_same_paper_twice_is_refused_and_a_full_shelf_takes_no_more(county: Engine, monkeypatch):
    put(county)
    with pytest.raises(Refused, match="已经在档案里"):
        put(county)
    put(county, project=VILLAGE)  # of another project it is another paper, and the same file
    assert len(list(archive_files.lying(county))) == 1
    monkeypatch.setattr(project_archives, "MOST_OF_A_PROJECT", 10)
    with pytest.raises(Refused, match="已满"):
        put(county, ground.photo(shade=9))


def test_a_backup_takes_a_projects_papers_along_and_brings_them_back(county: Engine, away: Path, capsys):
    if not is_sqlite(county) and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not on the path")
    content = ground.photo(shade=77)
    id = put(county, content)
    url = county.url.render_as_string(hide_password=False)
    (away / "backup").mkdir()
    assert main(["--database", url, "backup", str(away / "backup" / "a.db")]) == 0
    with writing(county) as connection:
        connection.execute(model.project_archive.delete())
    shutil.rmtree(away / "kept")
    assert main(["--database", url, "restore", str(away / "backup" / "a.db")]) == 0
    assert "恢复 1 份" in capsys.readouterr().out
    fresh = ready_engine(url)
    assert project_archives.opened(fresh, ADMIN, id).content == content
    fresh.dispose()


def test_the_check_misses_a_lost_file_and_takes_none_for_a_stray(county: Engine):
    put(county)
    assert not [one.what for one in checks.check(county) if "档案文件" in one.what]
    with county.connect() as connection:
        digest = connection.execute(select(model.project_archive.c.digest)).scalar_one()
    archive_files.place(archive_files.folder(county), digest).unlink()
    assert [one.count for one in checks.check(county) if "档案文件缺失" in one.what] == [1]
