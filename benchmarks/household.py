"""One household among all: its page, its page on a phone, and finding it."""

import time
from collections.abc import Iterator

import httpx2
from sqlalchemy import Engine, select

from benchmarks.ground import Ground
from benchmarks.pages import PAGE_SECONDS, served
from benchmarks.session import BrokenPage, Session
from benchmarks.table import Failure, Finding, middle
from data.access.viewer import Viewer
from data.clock import county_clock
from data.codes import tokens as qr_codes
from data.households.search import search
from data.households.village import NO_FILTERS, Filters
from data.model import helper, household, member, region
from data.regions import tree as regions
from data.store.engine import writing

RUNS = 21
WARMING = 4
SEARCH_SECONDS = 0.150
PHONE_SECONDS = 0.020
PHONE_BYTES = 30_000
WHOLE = Viewer("admin", "")


def answers(ground: Ground) -> Iterator[Finding | Failure]:
    """The page of another household each time; the phone page in its three views; the search by each kind of word."""
    ground.ready()
    engine = ground.engine()
    chosen = [ground.households(village.code, 1)[0][0] for village in ground.villages(RUNS + WARMING)]
    tokens = _codes(engine, chosen)
    with served(ground) as server:
        try:
            yield _pages(ground, server.url, chosen)
        except BrokenPage as error:
            yield Failure("户档案", ground.preset, error)
        yield from _phones(ground, server.url, [tokens[id] for id in chosen], _tail(engine, chosen[0]))
    yield from _searches(ground, engine)
    engine.dispose()


def _codes(engine: Engine, households: list[int]) -> dict[int, str]:
    with writing(engine) as connection:
        return qr_codes.issue(connection, engine, WHOLE, households, now=county_clock())


def _tail(engine: Engine, household_id: int) -> str | None:
    """The last six of the head's ID number, by which the household opens its own page."""
    asked = select(member.c.id_tail).where(member.c.household_id == household_id, member.c.relation == "户主")
    with engine.connect() as connection:
        return connection.execute(asked).scalar()


def _pages(ground: Ground, url: str, chosen: list[int]) -> Finding:
    with Session(url) as session:
        seconds = [session.run("household", f"household={id}", expected="家庭成员").seconds for id in chosen]
    what = "户档案: another household each time"
    return middle(what, ground.preset, seconds[WARMING:], "s", PAGE_SECONDS)


def _phones(ground: Ground, url: str, tokens: list[str], tail: str | None) -> Iterator[Finding]:
    with httpx2.Client(base_url=url) as stranger:
        for token in tokens[:WARMING]:
            stranger.get(f"/q/{token}")
        yield from _phone(ground, stranger, tokens[WARMING:], "a stranger's, another code each time")
    first = f"/q/{tokens[0]}"
    for who, form in (("the household's", {"do": "open", "secret": tail or ""}), ("a cadre's", _AS_CADRE)):
        with httpx2.Client(base_url=url, follow_redirects=True) as client:
            client.post(first, data=form)
            yield from _phone(ground, client, [tokens[0]] * RUNS, who)


_AS_CADRE = {"do": "role", "role": "county"}


def _phone(ground: Ground, client: httpx2.Client, tokens: list[str], who: str) -> Iterator[Finding]:
    seconds, sizes = [], []
    for token in tokens:
        begun = time.perf_counter()
        answer = client.get(f"/q/{token}").raise_for_status()
        seconds.append(time.perf_counter() - begun)
        sizes.append(len(answer.content))
    yield middle(f"phone page, {who}", ground.preset, seconds, "s", PHONE_SECONDS)
    yield Finding(f"phone page, {who}: bytes", ground.preset, max(sizes), "bytes", PHONE_BYTES)


def _searches(ground: Ground, engine: Engine) -> Iterator[Finding]:
    """Each kind of word over the whole and in one county; the worst of the two."""
    with engine.connect() as connection:
        month = regions.status(connection).last_month
        county = connection.execute(select(region.c.code).where(region.c.code.like("______")).limit(1)).scalar_one()
    for what, (words, filters) in _queries(engine).items():
        slowest: list[float] = []
        for viewer in (WHOLE, Viewer("county", county)):
            seconds = [_search_seconds(engine, viewer, words, filters, month) for _ in range(RUNS)]
            slowest = max(slowest, seconds, key=lambda times: sorted(times)[len(times) // 2] if times else 0)
        yield middle(f"search: {what}", ground.preset, slowest, "s", SEARCH_SECONDS)


def _queries(engine: Engine) -> dict[str, tuple[str, Filters]]:
    with engine.connect() as connection:
        last = household.c.id.desc()
        code, head = connection.execute(select(household.c.code, household.c.head).order_by(last).limit(1)).one()
        tail = connection.execute(select(member.c.id_tail).where(member.c.id_tail.is_not(None)).limit(1)).scalar_one()
        village = connection.execute(select(region.c.name).where(region.c.code == code[:12])).scalar_one()
        helping = connection.execute(select(helper.c.name).limit(1)).scalar_one()
    words = {
        "a whole name": head,
        "a common surname": "王",
        "surname and one more": "王玉",
        "a given name": "建国",
        "one letter": "w",
        "two initials": "ly",
        "three initials": "wjg",
        "last six of an ID number": tail,
        "a household's code": code,
        "the beginning of all codes": code[:2],
        "a helper": helping,
        "a village": village,
        "village and surname": f"{village} 王",
        "two common surnames": "王 李",
        "nothing found": "王甲甲甲",
    }
    found = {what: (text, NO_FILTERS) for what, text in words.items()}
    return {
        **found,
        "no words, a rare state": ("", Filters(states=(1,))),
        "no words, under the line and not visited": ("", Filters(below_line=True, unvisited=True)),
        "a common surname, a rare state": ("王", Filters(states=(1,))),
    }


def _search_seconds(engine: Engine, viewer: Viewer, words: str, filters: Filters, month: int) -> float:
    begun = time.perf_counter()
    with engine.connect() as connection:
        search(connection, viewer, words, filters, region=viewer.region, month=month)
    return time.perf_counter() - begun
