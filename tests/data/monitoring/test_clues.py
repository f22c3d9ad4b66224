"""Clues: told by whom, kept with their papers, passed on and answered once; two at once; a crash anywhere."""

import threading
import wave
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import Engine, event, func, insert, select

from data import model
from data.access.viewer import Viewer
from data.errors import NoRight, NotFound, OutOfScope, Refused
from data.households import lives
from data.households.archives import archives_of, opened
from data.households.edits import undo
from data.households.endings import hanging
from data.households.fields import Unfit
from data.monitoring import clues
from data.monitoring.cases import Given
from data.monitoring.clues import Filters, Subject, Told
from data.store.engine import open_engine, writing
from data.workflow import Changed
from tests.data.archives.ground import photo, recorded
from tests.data.households.ground import assert_as_rebuilt
from tests.data.small_county import COUNTY, VILLAGES
from tests.data.village_ground import FAR, HERE, NEIGHBOUR, VILLAGE, fill_village
from tests.moment import NOW

CADRE, TOWN = Viewer("village", VILLAGE, person=11), Viewer("township", VILLAGE[:9], person=12)
CLERK = Viewer("county", COUNTY, person=13)
HELPER, OTHER = Viewer("helper", VILLAGE, "D1", person=15), Viewer("helper", VILLAGE, "D2", person=17)
STRANGE = Viewer("village", VILLAGES[2], person=16)
TODAY = NOW.date()
HOME = Subject(HERE[0])
ILL = Told("door", "因病", "户主住院，自付很多", date(2026, 11, 20))
CALLED = Told("hotline", "", "来电说房子漏雨", date(2026, 11, 19))
MEANT = Subject(village=VILLAGE, words="村东头姓郑的一家")


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    engine: Engine = filled(fill_village, own=True)
    with writing(engine) as connection:
        for person in (11, 12, 13, 15, 16, 17):
            row = {"id": person, "name": f"人员{person}", "made": "2026-01-01", "actor": "system"}
            connection.execute(model.person.insert().values(**row))
    return engine


def stands(engine: Engine, id: int) -> clues.Whole:
    with engine.connect() as connection:
        return clues.whole(connection, CLERK, id, today=TODAY)


def listed(engine: Engine, viewer: Viewer, region: str = VILLAGE, **filters: object) -> list[int]:
    with engine.connect() as connection:
        found = clues.clues(connection, viewer, region, filters=Filters(**filters), today=TODAY)
    return [one.id for one in found]


def how_many(engine: Engine, *tables: str) -> list[int]:
    with engine.connect() as connection:
        return [
            connection.execute(select(func.count()).select_from(model.metadata.tables[name])).scalar_one()
            for name in tables
        ]


def running(engine: Engine, home: int, state: str = "checking") -> int:
    row = {"code": "M1", "household_id": home, "village": VILLAGE, "began": "2026-11-01", "state": state,
           "since": "2026-11-01", "version": 1}  # fmt: skip
    with writing(engine) as connection:
        made = connection.execute(insert(model.monitoring_case).values(row)).inserted_primary_key
    assert made is not None
    return int(made[0])


def test_a_clue_at_the_door_has_its_photo_and_voice_in_the_households_archive(county: Engine):
    id = clues.tell(county, HELPER, HOME, ILL, photos=[photo()], voices=[recorded()], now=NOW)
    told = stands(county, id)
    assert (told.clue.state, told.clue.told, told.clue.due) == ("open", "2026-11-20", "2026-11-23")
    assert [one.kind for one in told.papers] == ["线索照片", "线索录音"]
    assert [(one.action, one.day, one.at[:10]) for one in told.steps] == [("登记线索", "2026-11-20", "2026-11-22")]
    with county.connect() as connection:
        kept = archives_of(connection, CADRE, HERE[0])
    assert set(kept.id) == {one.id for one in told.papers} and set(kept.kind) == {"监测材料"}
    voice = opened(county, CADRE, told.papers[1].id)
    assert (voice.media_type, voice.filename) == ("audio/wav", "线索录音 2026-11-20.wav")
    with wave.open(BytesIO(voice.content)) as sound:
        assert sound.getnframes() == 16_000


def test_who_helps_there_no_more_is_shown_no_photo_of_what_he_told(county: Engine):
    id = clues.tell(county, HELPER, HOME, ILL, photos=[photo()], voices=[recorded()], now=NOW)

    def shown() -> int:
        with county.connect() as connection:
            return len(clues.whole(connection, HELPER, id, today=TODAY).papers)

    assert shown() == 2
    with writing(county) as connection:
        mine = model.pairing.c.household_id == HERE[0]
        connection.execute(model.pairing.update().where(mine).values(ended="2026-11-21"))
    assert shown() == 0 and len(stands(county, id).papers) == 2


def test_a_voice_note_is_written_anew_and_nothing_else_lies_in_it(county: Engine):
    content = recorded()
    hidden = content[:36] + b"LIST" + (26).to_bytes(4, "little") + b"INFOICMT\x0e\0\0\0phone 13800 x\0" + content[36:]
    hidden = hidden[:4] + (len(hidden) - 8).to_bytes(4, "little") + hidden[8:]
    id = clues.tell(county, HELPER, HOME, ILL, voices=[hidden], now=NOW)
    assert b"13800" not in opened(county, CADRE, stands(county, id).papers[0].id).content


@pytest.mark.parametrize("content", (b"", b"RIFF1234WAVE", recorded()[:30], photo(), recorded(601)))
def test_what_is_no_voice_note_is_refused_and_nothing_is_written(county: Engine, content: bytes):
    with pytest.raises(Refused, match="录音"):
        clues.tell(county, HELPER, HOME, ILL, voices=[content], now=NOW)
    assert how_many(county, "clue", "clue_step", "archive", "case_paper") == [0, 0, 0, 0]


def test_the_same_told_twice_is_one_clue_with_what_came_the_second_time(county: Engine):
    first = clues.tell(county, HELPER, HOME, ILL, photos=[photo()], now=NOW)
    again = clues.tell(county, HELPER, HOME, ILL, photos=[photo(), photo(shade=9)], now=NOW)
    assert again == first and how_many(county, "clue", "clue_step", "archive", "case_paper") == [1, 1, 2, 2]
    clues.dismiss(county, CADRE, first, version=1, reason="已入户核实，报销后自付不多", now=NOW)
    assert clues.tell(county, HELPER, HOME, ILL, now=NOW) != first, "what was answered may come again"


def test_the_figures_stand_as_a_rebuild_would_make_them(county: Engine):
    id = clues.tell(county, HELPER, HOME, ILL, now=NOW)
    clues.tell(county, TOWN, MEANT, CALLED, onward=True, now=NOW)
    assert_as_rebuilt(county)
    clues.dismiss(county, CADRE, id, version=1, reason="报销后自付不多", now=NOW)
    assert_as_rebuilt(county)


def test_two_who_tell_the_same_at_once_tell_one_clue(county: Engine):
    url = county.url.render_as_string(hide_password=False)
    start, made = threading.Barrier(2), []

    def press() -> None:
        engine = open_engine(url)
        start.wait()
        made.append(clues.tell(engine, HELPER, HOME, ILL, photos=[photo()], now=NOW))
        engine.dispose()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2 and len(set(made)) == 1
    assert how_many(county, "clue", "clue_step", "archive", "case_paper") == [1, 1, 1, 1]


def test_a_crash_at_any_statement_leaves_no_half_a_clue(county: Engine):
    for ends in (*range(1, 40), *range(40, 999, 9)):
        statements = 0

        def crash(*_: object, ends: int = ends) -> None:
            nonlocal statements
            statements += 1
            if statements == ends:
                raise KeyboardInterrupt

        event.listen(county, "before_cursor_execute", crash)
        try:
            clues.tell(county, HELPER, HOME, ILL, photos=[photo()], now=NOW)
        except KeyboardInterrupt:
            done = False
        else:
            done = True
        finally:
            event.remove(county, "before_cursor_execute", crash)
        assert how_many(county, "clue", "clue_step", "archive", "case_paper") == [int(done)] * 4
        if done:
            return
    pytest.fail("it never came to its end")


def test_a_call_waits_at_the_township_until_it_is_passed_on_and_the_villages_clock_runs_from_then(county: Engine):
    id = clues.tell(county, TOWN, MEANT, CALLED, now=NOW)
    told = stands(county, id).clue
    assert (told.state, told.whose, told.due, told.late) == ("held", "村东头姓郑的一家", "2026-11-21", 1)
    with pytest.raises(NoRight):
        clues.pass_on(county, CADRE, id, version=1, now=NOW)
    clues.pass_on(county, TOWN, id, version=1, now=NOW)
    told = stands(county, id).clue
    assert (told.state, told.told, told.since, told.due) == ("open", "2026-11-19", "2026-11-22", "2026-11-25")
    with pytest.raises(Changed, match="人员12"):
        clues.pass_on(county, TOWN, id, version=1, now=NOW)
    at_once = clues.tell(county, TOWN, MEANT, Told("petition", "", "来信反映", TODAY), onward=True, now=NOW)
    assert stands(county, at_once).clue.state == "open"
    assert [step.action for step in stands(county, at_once).steps] == ["转村核查", "接到线索"]


def test_a_clue_is_answered_with_a_reason_by_a_case_that_runs_or_looked_into_again(county: Engine):
    id = clues.tell(county, HELPER, HOME, ILL, now=NOW)
    with pytest.raises(Refused, match="原因"):
        clues.dismiss(county, CADRE, id, version=1, reason=" ", now=NOW)
    with pytest.raises(Refused, match="没有在办"):
        clues.join(county, CADRE, id, version=1, now=NOW)
    with pytest.raises(Refused, match="村干部"):
        clues.dismiss(county, HELPER, id, version=1, reason="没事", now=NOW)
    clues.dismiss(county, CADRE, id, version=1, reason="报销后自付不多", now=NOW)
    assert listed(county, CADRE) == [] and listed(county, CADRE, group="none") == [id]
    with pytest.raises(Refused, match="待核查答复"):
        clues.dismiss(county, CADRE, id, version=2, reason="再说一遍", now=NOW)
    clues.reopen(county, TOWN, id, version=2, reason="邻居又来反映", now=NOW)
    case = running(county, HERE[0])
    assert clues.join(county, CADRE, id, version=3, now=NOW) == case
    answered = stands(county, id)
    assert (answered.clue.state, answered.clue.case, answered.clue.case_code) == ("joined", case, "M1")
    assert [step.reason for step in answered.steps] == [None, "邻居又来反映", "报销后自付不多", None]


def test_an_answer_counts_from_its_own_day_and_not_from_when_it_was_typed(county: Engine):
    told = clues.tell(county, TOWN, MEANT, Told("hotline", "", "来电", date(2026, 11, 10)), now=NOW)
    with pytest.raises(Refused, match="早于上一步的日期（2026-11-10）"):
        clues.pass_on(county, TOWN, told, version=1, day=date(2026, 11, 9), now=NOW)
    clues.pass_on(county, TOWN, told, version=1, day=date(2026, 11, 12), now=NOW)
    assert (stands(county, told).clue.since, stands(county, told).clue.due) == ("2026-11-12", "2026-11-15")
    with pytest.raises(Refused, match="不能晚于今天"):
        clues.dismiss(county, CADRE, told, version=2, reason="没事", day=date(2026, 11, 23), now=NOW)
    clues.dismiss(county, CADRE, told, version=2, reason="已经修好", day=date(2026, 11, 17), now=NOW)
    assert [(one.day, one.late) for one in stands(county, told).steps] == [
        ("2026-11-17", 2), ("2026-11-12", 0), ("2026-11-10", 0),
    ]  # fmt: skip
    seen = clues.tell(county, HELPER, HOME, replace(ILL, day=date(2026, 11, 16)), now=NOW)
    later = clues.tell(county, HELPER, HOME, replace(ILL, words="又住院", day=date(2026, 11, 20)), now=NOW)
    clues.found(county, CADRE, seen, version=1, given=Given(date(2026, 11, 18)), now=NOW)
    assert [stands(county, id).steps[0].day for id in (seen, later)] == ["2026-11-18", "2026-11-20"]


def test_a_case_is_opened_from_a_clue_and_what_else_waits_about_the_household_joins_it(county: Engine):
    home = Subject(HERE[3])
    id = clues.tell(county, CADRE, home, ILL, now=NOW)
    second = clues.tell(county, CADRE, home, Told("self", "", "自己来说", date(2026, 11, 21)), now=NOW)
    called = clues.tell(county, TOWN, home, CALLED, now=NOW)
    case = clues.found(county, CADRE, id, version=1, given=Given(risks=("因病",)), now=NOW)
    assert [stands(county, one).clue.state for one in (id, second, called)] == ["case", "joined", "joined"]
    assert {stands(county, one).clue.case for one in (id, second, called)} == {case}
    with county.connect() as connection:
        row = connection.execute(select(model.monitoring_case)).mappings().one()
    assert (row["began"], row["state"], row["risks"]) == ("2026-11-20", "checking", "因病")
    again = clues.tell(county, CADRE, home, Told("door", "", "又看到", TODAY), now=NOW)
    with pytest.raises(Refused):
        clues.found(county, CADRE, again, version=1, given=Given(), now=NOW)
    assert stands(county, again).clue.state == "open" and stands(county, again).running == (case, row["code"])


def test_who_was_meant_in_words_gets_a_case_once_his_household_is_known(county: Engine):
    id = clues.tell(county, CADRE, MEANT, ILL, now=NOW)
    with pytest.raises(Refused, match="对应到户"):
        clues.found(county, CADRE, id, version=1, given=Given(), now=NOW)
    case = clues.found(county, CADRE, id, version=1, given=Given(), home=HERE[3], now=NOW)
    answered = stands(county, id).clue
    assert (answered.state, answered.household, answered.case) == ("case", HERE[3], case)


def test_who_is_meant_only_in_words_is_found_among_the_households_of_the_village(county: Engine):
    id = clues.tell(county, TOWN, MEANT, CALLED, onward=True, now=NOW)
    case = running(county, HERE[1])
    with pytest.raises(Refused, match="对应到户"):
        clues.join(county, CADRE, id, version=2, now=NOW)
    with pytest.raises(NotFound):
        clues.join(county, CADRE, id, version=2, home=FAR, now=NOW)
    assert clues.join(county, CADRE, id, version=2, home=HERE[1], now=NOW) == case
    answered = stands(county, id).clue
    assert (answered.household, answered.head, answered.subject) == (HERE[1], "孙二", "村东头姓郑的一家")


def test_outside_ones_scope_there_is_nothing(county: Engine):
    id = clues.tell(county, HELPER, HOME, ILL, now=NOW)
    meant = clues.tell(county, CADRE, MEANT, ILL, now=NOW)
    own = clues.tell(county, OTHER, MEANT, Told("door", "", "路过听说", TODAY), now=NOW)
    assert set(listed(county, CADRE)) == {id, meant, own} and listed(county, HELPER) == [id]
    assert listed(county, OTHER) == [own]
    for viewer, not_his in ((STRANGE, id), (OTHER, id), (HELPER, meant), (HELPER, own)):
        with county.connect() as connection, pytest.raises(NotFound):
            clues.whole(connection, viewer, not_his, today=TODAY)
        with pytest.raises(NotFound):
            clues.dismiss(county, viewer, not_his, version=1, reason="不相干", now=NOW)
    with county.connect() as connection, pytest.raises(OutOfScope):
        clues.clues(connection, STRANGE, VILLAGE, filters=Filters(), today=TODAY)
    with pytest.raises(NotFound):
        clues.tell(county, CADRE, Subject(FAR), ILL, now=NOW)
    with pytest.raises(OutOfScope):
        clues.tell(county, CADRE, Subject(village=VILLAGES[2], words="某某"), ILL, now=NOW)


@pytest.mark.parametrize(
    ("viewer", "subject", "told", "field"),
    (
        (CADRE, HOME, Told("hotline", "", "来电", TODAY), "线索来源"),
        (CADRE, HOME, Told("rule", "", "系统", TODAY), "线索来源"),
        (CADRE, HOME, Told("door", "随便", "看到", TODAY), "返贫致贫风险"),
        (CADRE, HOME, Told("door", "", "\u200b", TODAY), "什么情况"),
        (CADRE, HOME, Told("door", "", "看到", date(2026, 11, 23)), "线索日期"),
        (CADRE, HOME, Told("door", "", "看到", None), "线索日期"),
        (CADRE, Subject(village=VILLAGE), Told("door", "", "看到", TODAY), "是谁"),
        (TOWN, Subject(village=VILLAGE[:9], words="某家"), CALLED, "村"),
    ),
)  # fmt: skip
def test_a_clue_that_cannot_be_is_refused_with_its_field(
    county: Engine, viewer: Viewer, subject: Subject, told: Told, field: str
):
    with pytest.raises(Unfit) as refused:
        clues.tell(county, viewer, subject, told, now=NOW)
    assert refused.value.field == field and how_many(county, "clue") == [0]


def test_files_need_a_household(county: Engine):
    with pytest.raises(Refused, match="户的档案"):
        clues.tell(county, CADRE, MEANT, ILL, photos=[photo()], now=NOW)


def test_the_list_counts_what_is_late_and_has_the_longest_overdue_first(county: Engine):
    late = clues.tell(county, CADRE, HOME, Told("door", "", "早就看到", date(2026, 11, 2)), now=NOW)
    later = clues.tell(county, CADRE, MEANT, Told("door", "", "更早听说", date(2026, 10, 9)), now=NOW)
    new = clues.tell(county, CADRE, Subject(HERE[2]), Told("self", "因学", "来村里说", TODAY), now=NOW)
    assert listed(county, TOWN, VILLAGE[:9]) == [later, late, new] and listed(county, CADRE, group="late") == [
        later,
        late,
    ]
    assert listed(county, CADRE, source="self") == listed(county, CADRE, risk="因学") == [new]
    with county.connect() as connection:
        counted = clues.counts(connection, CLERK, COUNTY, filters=Filters(), today=TODAY)
    assert (counted["waiting"], counted["late"], counted["open"], counted["all"]) == (3, 2, 3, 3)
    assert stands(county, late).clue.late == 17


def test_clues_and_cases_go_with_a_household_that_moves_and_come_back_with_it(county: Engine):
    id, case = clues.tell(county, HELPER, HOME, ILL, now=NOW), running(county, HERE[0])
    with county.connect() as connection:
        deed = lives.moves(connection, CLERK, HERE[0], NEIGHBOUR, note="", day="2026-11-22", today=TODAY)
    saved = lives.carry_out(county, CLERK, deed, now=NOW)

    def places() -> list[str]:
        c, m = model.clue.c, model.monitoring_case.c
        with county.connect() as connection:
            return [
                connection.execute(select(c.village).where(c.id == id)).scalar_one(),
                connection.execute(select(m.village).where(m.id == case)).scalar_one(),
            ]

    assert places() == [NEIGHBOUR, NEIGHBOUR] and listed(county, CADRE) == []
    assert saved.change is not None
    undo(county, CLERK, saved.change, now=NOW)
    assert places() == [VILLAGE, VILLAGE]


def test_a_clue_of_a_household_that_is_merged_away_stays_to_be_answered_and_is_named(county: Engine):
    id = clues.tell(county, HELPER, HOME, ILL, now=NOW)
    with county.connect() as connection:
        assert hanging(connection, CLERK, HERE[0])["未答复的监测线索"] == 1
        deed = lives.merges(
            connection,
            CLERK,
            HERE[0],
            HERE[1],
            relations={"901a": "其他", "901b": "其他"},
            day="2026-11-22",
            today=TODAY,
        )
    lives.carry_out(county, CLERK, deed, now=NOW)
    assert listed(county, CADRE) == [id]
