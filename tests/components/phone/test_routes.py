"""The page behind a code: what each of the three who may look is told, and what nobody is."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, insert, select, update
from starlette.applications import Starlette
from starlette.testclient import TestClient

from components.phone.routes import phone_routes
from components.server import sealed
from data import model, settings
from data.access import tries
from data.access.viewer import Viewer
from data.audit import log as audit
from data.cards import card as income_card
from data.cards import marks as card_marks
from data.codes import pins
from data.codes import tokens as qr_codes
from data.income.year import IncomeYear
from data.model.transient import attempt
from data.model.transient import open_card as open_card_row
from data.store.engine import writing
from data.store.transient import transient_engine
from tests.data.village_ground import COUNTY, FAR, HERE, VILLAGE, fill_village
from tests.moment import NOW, clock
from tests.people import signed_in

pytestmark = pytest.mark.filled(by=fill_village)

COUNTY_CADRE = Viewer("county", COUNTY)
TAIL = "011234"
LIMIT = 30_000  # bytes
HOSTILE = "\"'><script>alert(1)</script>${7*7}{{7*7}}`"


@pytest.fixture
def county(engine: Engine) -> Engine:
    with writing(engine) as connection:
        connection.execute(
            insert(model.measure),
            [
                {
                    "code": f"E{n}",
                    "household_id": 901,
                    "category": kind,
                    "name": f"{kind}帮扶",
                    "started": "2026-01-01",
                    "amount_fen": 123_400,
                }
                for n, kind in enumerate(("产业", "健康", "综合保障", "其他教育"))
            ],
        )
    return engine


@pytest.fixture
def tokens(county: Engine) -> dict[int, str]:
    with writing(county) as connection:
        return qr_codes.issue(connection, county, COUNTY_CADRE, [*HERE, FAR], now=NOW)


_held: list[float] = []


async def _passed(seconds: float) -> None:
    _held.append(seconds)


def visitor(engine: Engine, peer: str = "192.0.2.1") -> TestClient:
    application = Starlette(routes=phone_routes(lambda: engine, clock, sleep=_passed))
    return TestClient(application, base_url="http://warroom.example", client=(peer, 5000), follow_redirects=False)


@pytest.fixture(autouse=True)
def held() -> list[float]:
    """The seconds by which answers were held back, which pass at once."""
    _held.clear()
    return _held


@pytest.fixture
def phone(county: Engine) -> TestClient:
    return visitor(county)


def views(engine: Engine) -> list[tuple]:
    assert audit.flush(engine)
    columns = (model.access_log.c.view, model.access_log.c.actor, model.access_log.c.household_id)
    with engine.connect() as connection:
        rows = connection.execute(select(*columns).order_by(model.access_log.c.id))
        return [tuple(row) for row in rows if row.view not in ("issued", "log")]


def words(text: str) -> str:
    """What is read on a page."""
    return re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL)


def open_card(client: TestClient, token: str, secret: str = TAIL):
    return client.post(f"/q/{token}", data={"do": "open", "secret": secret})


def be(client: TestClient, token: str, role: str):
    return client.post(f"/q/{token}", data={"do": "role", "role": role})


def decide(engine: Engine, name: str, value: str) -> None:
    with writing(engine) as connection:
        settings.decide(connection, COUNTY_CADRE, name, value, now=NOW)


def test_a_stranger_learns_family_name_village_help_helper_and_hotline(county, phone, tokens):
    answer = phone.get(f"/q/{tokens[901]}")
    read = words(answer.text)
    assert answer.status_code == 200
    assert all(told in read for told in ("钱**", "示范村0", "产业", "其他教育", "郑六", "示范局", "12317", "演示数据"))
    assert 'href="tel:12317"' in answer.text
    for secret in (
        "钱一",
        "钱小",
        "990181",
        TAIL,
        "138",
        "139",
        "一组",
        "大病",
        "健康",
        "综合保障",
        "因病",
        "未脱贫",
        "1,234",
        "K901",
        VILLAGE,
    ):
        assert secret not in answer.text.replace(tokens[901], ""), secret
    assert views(county) == [("stranger", "stranger", 901)]


@pytest.mark.parametrize(
    ("facts", "shown", "hidden"),
    [
        ("", (), ("产业", "郑六", "示范局", "家庭人口", "最近走访")),
        ("help", ("产业",), ("郑六", "家庭人口", "最近走访")),
        ("persons,visited", ("2 人", "最近走访"), ("产业", "郑六")),
    ],
)
def test_the_county_decides_what_a_stranger_sees(county, phone, tokens, facts, shown, hidden):
    with writing(county) as connection:
        connection.execute(
            insert(model.visit).values(
                code="VX", household_id=901, helper="D1", visited="2026-10-03", occasion="生病住院", content="看病"
            )
        )
    decide(county, "stranger_facts", facts)
    read = words(phone.get(f"/q/{tokens[901]}").text)
    assert all(word in read for word in shown)
    assert not any(word in read for word in (*hidden, "生病住院", "看病"))


def test_the_household_sees_its_own_card_after_its_id_number(county, phone, tokens):
    answer = open_card(phone, tokens[901])
    assert (answer.status_code, answer.headers["location"]) == (303, f"/q/{tokens[901]}")
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", f"Path=/q/{tokens[901]}", "Max-Age=900"))
    read = words(phone.get(f"/q/{tokens[901]}").text)
    with county.connect() as connection:
        card = income_card.card(connection, Viewer("household", VILLAGE), 901, IncomeYear(2026, 10))
    letters = card.now.letters
    assert (letters["L"], letters["R"], letters["S"], letters["T"]) == (1_200_000, 120_000, 1_080_000, 540_000)
    for told in (
        "钱一",
        "12,000",
        "1,200",
        "10,800",
        "5,400",
        "产业帮扶",
        "1,234 元",
        "13900000000",
        "990181********1234",
    ):
        assert told in read, told
    assert "990181196001011234" not in read and "13812345678" not in read
    assert views(county) == [("right", "household", 901), ("household", "household", 901)]


def test_a_pin_from_the_village_opens_the_card_of_who_has_no_id_number(county, phone, tokens):
    assert "到村委会领取 6 位口令" in phone.get(f"/q/{tokens[902]}").text
    with writing(county) as connection:
        pin = pins.hand_out(connection, Viewer("village", VILLAGE), 902, now=NOW)
    assert open_card(phone, tokens[902], pin).status_code == 303
    assert "孙二" in phone.get(f"/q/{tokens[902]}").text


def test_a_wrong_answer_shows_nothing_more(county, phone, tokens):
    answer = open_card(phone, tokens[901], "999999")
    assert answer.status_code == 403 and "set-cookie" not in answer.headers
    assert "不对" in answer.text and "钱一" not in answer.text and "999999" not in answer.text
    assert views(county) == [("wrong", "stranger", 901)]
    malformed = open_card(phone, tokens[901], "12")
    assert malformed.status_code == 400 and "应为 6 位" in malformed.text


def test_lockout_as_a_weapon_five_wrong_tries_do_not_lock_the_household_out(county, phone, tokens, held):
    """S6: the right answer, from the same network and from another, is taken; the guesser is slowed."""
    for _ in range(8):
        assert open_card(phone, tokens[901], "999999").status_code in (403, 429)
    assert held[:4] == [1, 2, 4, 8]
    forget_what_is_held(county)
    assert open_card(phone, tokens[901]).status_code == 303
    assert open_card(visitor(county, "198.51.100.3"), tokens[901]).status_code == 303


def test_lockout_as_a_weapon_thirty_wrong_tries_do_not_lock_out_who_is_behind_the_address(county, phone, tokens, held):
    with county.connect() as connection:
        others = list(connection.execute(select(model.household.c.id).where(model.household.c.id < 100)).scalars())
    with writing(county) as connection:
        more = qr_codes.issue(connection, county, COUNTY_CADRE, others[:11], now=NOW)
    answers = [open_card(phone, token, "999999").status_code for token in more.values() for _ in range(3)]
    assert set(answers) == {403}
    assert open_card(phone, tokens[901]).status_code == 303 and max(held) <= 5


def test_who_guesses_many_at_once_is_told_to_come_again_and_nothing_is_compared(county, phone, tokens):
    one = pins.a_try(county, 901, address="192.0.2.1", mark=None)
    while tries.take(county, one, NOW).id is not None:
        pass
    answer = open_card(phone, tokens[901])
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
    assert "同时试的人太多" in answer.text and views(county) == []


def test_the_page_says_what_to_do_where_the_id_number_was_guessed_too_often(county, phone, tokens):
    for number in range(pins.MOST_TAILS):
        pins.answer(county, 901, "999999", address=f"10.0.{number}.1", now=NOW)
    refused = open_card(phone, tokens[901])
    assert refused.status_code == 403 and "已停用" in refused.text and "到村委会领取 6 位口令" in refused.text
    with writing(county) as connection:
        pin = pins.hand_out(connection, Viewer("village", VILLAGE), 901, now=NOW)
    assert open_card(phone, tokens[901], pin).status_code == 303


def test_a_phone_that_was_right_is_known_again_and_not_slowed_by_others(county, phone, tokens, held):
    open_card(phone, tokens[901])
    phone.post(f"/q/{tokens[901]}", data={"do": "leave"})
    for number in range(40):
        open_card(visitor(county, f"10.0.{number}.1"), tokens[901], "999999")
    assert held[-1] == 5
    held.clear()
    assert open_card(phone, tokens[901]).status_code == 303 and held == []


def forget_what_is_held(engine: Engine) -> None:
    """Those that wait to be compared have been."""
    with writing(transient_engine(engine)) as connection:
        connection.execute(update(attempt).values(due=""))


def test_a_cadre_s_page_leaves_no_name_in_the_history_of_his_phone(county, phone, tokens):
    be(phone, tokens[901], "village")
    shown = phone.get(f"/q/{tokens[901]}").text
    title = re.search("<title>(.*?)</title>", shown)[1]
    assert "打开户档案" in shown and "钱一" in shown and "钱一" not in title


def test_leaving_closes_the_card_also_for_who_copied_its_cookie(county, phone, tokens):
    """S8: an open card survived 离开."""
    copied = open_card(phone, tokens[901]).headers["set-cookie"].partition(";")[0]
    assert "钱一" in visitor(county).get(f"/q/{tokens[901]}", headers={"Cookie": copied}).text
    assert phone.post(f"/q/{tokens[901]}", data={"do": "leave"}).status_code == 303
    assert "钱一" not in phone.get(f"/q/{tokens[901]}").text
    assert "钱一" not in visitor(county).get(f"/q/{tokens[901]}", headers={"Cookie": copied}).text


def test_an_open_card_ends_with_a_new_pin(county, phone, tokens):
    """S8: an open card survived a new PIN."""
    open_card(phone, tokens[901])
    assert "钱一" in phone.get(f"/q/{tokens[901]}").text
    with writing(county) as connection:
        pins.hand_out(connection, Viewer("village", VILLAGE), 901, now=NOW)
    assert "钱一" not in phone.get(f"/q/{tokens[901]}").text


def test_an_open_card_ends_after_a_quarter_of_an_hour_whatever_the_phone_keeps(county, phone, tokens):
    copied = open_card(phone, tokens[901]).headers["set-cookie"].partition(";")[0]
    with writing(transient_engine(county)) as connection:
        connection.execute(update(open_card_row).values(until="2026-01-01T00:00:00"))
    assert "钱一" not in visitor(county).get(f"/q/{tokens[901]}", headers={"Cookie": copied}).text


def test_a_cookie_that_is_forged_expired_or_anothers_opens_nothing(county, phone, tokens, monkeypatch):
    answer = open_card(phone, tokens[901])
    good = answer.headers["set-cookie"].partition(";")[0].partition("=")[2]
    role = be(visitor(county), tokens[901], "county").headers["set-cookie"].partition(";")[0].partition("=")[2]
    body, _, signature = good.partition(".")
    for held in (good[:-9] + "A" * 9, f"{body}.x.{signature}", "", "x", body, role, "é"):
        stranger = visitor(county)
        said = stranger.get(f"/q/{tokens[901]}", headers={"Cookie": f"card={held}".encode()})
        assert said.status_code == 200 and "钱一" not in said.text, held
    borrowed = visitor(county).get(f"/q/{tokens[FAR]}", headers={"Cookie": f"card={good}"})
    assert "吴五" not in borrowed.text and "钱一" not in borrowed.text
    monkeypatch.setitem(sealed._LIVES, sealed.CARD, -1)
    late = visitor(county).get(f"/q/{tokens[901]}", headers={"Cookie": f"card={good}"})
    assert "钱一" not in late.text


def test_a_cookie_ends_with_its_code(county, phone, tokens):
    answer = open_card(phone, tokens[901])
    good = answer.headers["set-cookie"].partition(";")[0]
    with writing(county) as connection:
        new = qr_codes.renew(connection, county, COUNTY_CADRE, 901, "其他", now=NOW)
    assert phone.get(f"/q/{tokens[901]}").status_code == 410
    assert "钱一" not in visitor(county).get(f"/q/{new}", headers={"Cookie": good}).text


def test_a_cadre_in_scope_sees_the_short_and_goes_through(county, phone, tokens):
    assert be(phone, tokens[901], "village").status_code == 303
    answer = phone.get(f"/q/{tokens[901]}")
    assert 'href="/household?household=901&amp;role=village"' in answer.text
    assert 'href="/household?household=901&amp;role=village&amp;do=visit"' in answer.text
    assert all(told in words(answer.text) for told in ("钱一", "K901", "▲ 未脱贫户", "5,400"))
    assert views(county) == [("cadre", f"village:{VILLAGE}:", 901)]
    assert "钱**" in phone.get(f"/q/{tokens[901]}?as=stranger").text


def test_a_cadre_out_of_scope_is_refused_politely_and_sees_what_strangers_see(county, phone, tokens):
    be(phone, tokens[FAR], "village")
    answer = phone.get(f"/q/{tokens[FAR]}")
    assert "不在您（村干部）的查看范围内" in answer.text and "吴**" in answer.text and "吴五" not in answer.text
    assert views(county) == [("refused", f"village:{VILLAGE}:", FAR)]


def test_a_helper_goes_through_to_his_own_households_alone(county, phone, tokens):
    be(phone, tokens[901], "helper")
    seen = {id: "打开户档案" in phone.get(f"/q/{tokens[id]}").text for id in (901, 902, 903)}
    with county.connect() as connection:
        from data.regions.tree import viewers

        mine = next(one.helper for one in viewers(connection) if one.role == "helper")
        own = select(model.pairing.c.household_id).where(
            model.pairing.c.helper == mine, model.pairing.c.ended.is_(None)
        )
        paired = set(connection.execute(own).scalars())
    assert seen == {id: id in paired for id in seen}


def test_a_wall_display_is_a_stranger_at_the_code(county, phone, tokens):
    be(phone, tokens[901], "display")
    assert "钱一" not in phone.get(f"/q/{tokens[901]}").text
    assert views(county) == [("stranger", "stranger", 901)]


def test_the_role_of_the_pages_is_that_at_the_code(county, phone, tokens):
    assert phone.post("/as/county").status_code == 204
    assert "打开户档案" in phone.get(f"/q/{tokens[901]}").text
    phone.post(f"/q/{tokens[901]}", data={"do": "norole"})
    assert "打开户档案" not in phone.get(f"/q/{tokens[901]}").text
    assert phone.post("/as/emperor").status_code == 404
    assert phone.post("/as/county", headers={"Origin": "http://attacker.example"}).status_code == 404


@pytest.fixture
def real(county: Engine) -> Engine:
    with writing(county) as connection:
        connection.execute(insert(model.region).values(code="210881", name="某市", parent=""))
    return county


def test_with_real_regions_nobody_chooses_a_role(real, tokens):
    away = visitor(real)
    page = away.get(f"/q/{tokens[901]}")
    assert "我是干部" not in page.text and "演示数据" not in page.text
    be(away, tokens[901], "county")
    assert away.post("/as/county").status_code == 404
    assert "打开户档案" not in away.get(f"/q/{tokens[901]}").text
    earlier = sealed._signer(real, sealed.ROLE).dumps("county")
    assert "打开户档案" not in away.get(f"/q/{tokens[901]}", headers={"Cookie": f"role={earlier}"}).text


def test_with_real_regions_passers_by_reach_the_codes_and_nothing_else(
    real: Engine, tokens: dict, open_client: Callable
):
    away = open_client(real.url.render_as_string(hide_password=False), host="192.0.2.1")
    assert away.get(f"/q/{tokens[901]}").status_code == 403  # until the first account
    staff = {role: signed_in(real, role, COUNTY) for role in ("county", "display")}
    answer = away.get(f"/q/{tokens[901]}")
    assert answer.status_code == 200 and "钱**" in answer.text and "打开户档案" not in answer.text
    for path in ("/q", "/q/", "/household?household=901", "/q/../pulse"):
        assert away.get(path).status_code == 401, path
    assert away.post("/as/county").status_code == 401
    for cookies, served in (
        (staff["county"], True),
        (staff["display"], False),
        (signed_in(real, "county", "21"), False),
    ):
        away.cookies.update(cookies)
        assert ("打开户档案" in away.get(f"/q/{tokens[901]}").text) is served


def test_unknown_and_mistyped_codes_get_one_and_the_same_answer(county, phone, tokens):
    odd = ["A" * 22, tokens[901][:-1], tokens[901] + "A", "x", "%00" * 22, "码", "A" * 5000, "a/b", "%ff%fe"]
    answers = [visitor(county, f"192.0.2.{n}").get(f"/q/{token}") for n, token in enumerate(odd)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert "没有这个码" in answers[0].text and "12317" in answers[0].text
    assert views(county) == [("unknown", "stranger", None)] * len(odd)


@pytest.mark.parametrize(("kind", "words"), [("withdrawn", "已经作废"), ("expired", "已经过期")])
def test_an_old_code_answers_politely_tells_nothing_and_is_logged(county, phone, tokens, kind, words):
    with writing(county) as connection:
        if kind == "withdrawn":
            qr_codes.withdraw(connection, COUNTY_CADRE, 901, "二维码被翻拍外传", now=NOW)
        else:
            connection.execute(update(model.qr_code).values(expires="2020-01-01"))
    for answer in (phone.get(f"/q/{tokens[901]}"), open_card(phone, tokens[901])):
        assert answer.status_code == 410 and words in answer.text and "村委会" in answer.text
        assert not any(told in answer.text for told in ("钱", "示范村", "翻拍"))
    assert [view for view, *_ in views(county)][-2:] == [kind, kind]


def test_an_address_with_many_unknown_codes_is_slowed_but_not_the_village_behind_it(county, phone, tokens, held):
    answers = [phone.get(f"/q/{'B' * 20}{n:02d}") for n in range(12)]
    assert [answer.status_code for answer in answers] == [404] * 8 + [429] * 4
    assert held == [0, 0, 0, 0, 1, 2, 4, 8]
    assert int(answers[-1].headers["retry-after"]) > 0 and "请稍候" in answers[-1].text
    assert phone.get(f"/q/{tokens[901]}").status_code == 200
    assert phone.get("/q/x", headers={"X-Forwarded-For": "198.51.100.9"}).status_code == 429
    assert visitor(county, "198.51.100.9").get("/q/x").status_code == 404
    forget_what_is_held(county)
    assert phone.get("/q/x").status_code == 404 and held[-1] == 16
    forget_what_is_held(county)
    assert phone.get("/q/x").status_code == 404 and held[-1] == 30
    said = [view for view, *_ in views(county)]
    assert said.count("unknown") == 11 and said.count("flood") == 1


def test_every_answer_forbids_keeping_tracing_indexing_and_scripts(county, phone, tokens):
    for answer in (
        phone.get(f"/q/{tokens[901]}"),
        phone.get("/q/x"),
        open_card(phone, tokens[901], "999999"),
        open_card(phone, tokens[901]),
        phone.get(f"/q/{tokens[901]}"),
        phone.post(f"/q/{tokens[901]}", data={"do": "nonsense"}),
    ):
        held = answer.headers
        assert held["cache-control"] == "no-store" and held["referrer-policy"] == "no-referrer"
        assert "noindex" in held["x-robots-tag"] and held["x-frame-options"] == "DENY"
        policy = held["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-") and "script" not in policy
        assert "unsafe" not in policy and "frame-ancestors 'none'" in policy and "form-action 'self'" in policy
        assert "<script" not in answer.text and "http://" not in answer.text and " style=" not in answer.text


def test_a_page_is_small(county, phone, tokens):
    with writing(county) as connection:
        for n in range(12):
            connection.execute(
                insert(model.member).values(
                    code=f"Z{n}", household_id=901, name="阿卜杜热合曼" * 3, relation="子女", id_number=None
                )
            )
            connection.execute(
                insert(model.measure).values(
                    code=f"Y{n}",
                    household_id=901,
                    category="产业",
                    name="优质稻种植技术培训补助" * 3,
                    started="2026-01-01",
                )
            )
    sizes = [len(phone.get(f"/q/{tokens[901]}").content)]
    open_card(phone, tokens[901])
    sizes.append(len(phone.get(f"/q/{tokens[901]}").content))
    phone.post(f"/q/{tokens[901]}", data={"do": "leave"})
    be(phone, tokens[901], "county")
    sizes.append(len(phone.get(f"/q/{tokens[901]}").content))
    assert max(sizes) < LIMIT


def test_markup_in_any_field_stays_text(county, phone, tokens):
    with writing(county) as connection:
        for table, columns in (
            (model.region, ("name",)),
            (model.household, ("head", "code", "cause", "address", "remark")),
            (model.member, ("name", "relation")),
            (model.helper, ("name", "unit", "post", "phone")),
            (model.measure, ("name", "unit")),
            (model.visit, ("occasion", "content")),
        ):
            if "code" in columns:
                connection.execute(update(table).where(table.c.id == 901).values(code=HOSTILE))
            connection.execute(update(table).values({name: HOSTILE for name in columns if name != "code"}))
        connection.execute(update(model.member).where(model.member.c.code == "901a").values(relation="户主"))
        connection.execute(insert(model.setting).values(name="hotline", value=HOSTILE, changed="", actor=""))
    shown = [phone.get(f"/q/{tokens[901]}?c={HOSTILE}").text]
    open_card(phone, tokens[901])
    shown.append(phone.get(f"/q/{tokens[901]}?c={HOSTILE}").text)
    phone.post(f"/q/{tokens[901]}", data={"do": "leave"})
    be(phone, tokens[901], "county")
    shown.append(phone.get(f"/q/{tokens[901]}?c={HOSTILE}").text)
    assert ["我是这家人" in shown[0], "退出" in shown[1], "记走访" in shown[2]] == [True] * 3
    for text in shown:
        assert "<script" not in text and "&lt;script&gt;" in text
        assert "${7*7}{{7*7}}" in text or "${7*7}{{7*7" in text


def test_a_form_from_elsewhere_is_refused(county, phone, tokens):
    where = f"/q/{tokens[901]}"
    data = {"do": "open", "secret": TAIL}
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://warroom.example"},
        {"Origin": "http://attacker.example"},
        {"Origin": "http://["},
    ):
        answer = phone.post(where, data=data, headers=headers)
        assert answer.status_code == 403 and "set-cookie" not in answer.headers, headers
    assert views(county) == []
    for headers in (
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Origin": "null"},  # what no-referrer makes of our own forms over plain http
        {"Origin": "http://warroom.example"},
    ):
        assert phone.post(where, data=data, headers=headers).status_code == 303, headers


def test_what_is_no_form_changes_nothing(county, phone, tokens):
    where = f"/q/{tokens[901]}"
    for content, kind in (
        (b"do=open&secret=" + b"9" * 10_000, "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"&".join(b"a=1" for _ in range(50)), "application/x-www-form-urlencoded"),
        (b'{"do": "open"}', "application/json"),
        (b"", "application/x-www-form-urlencoded"),
    ):
        assert phone.post(where, content=content, headers={"Content-Type": kind}).status_code == 400
    assert views(county) == []


def test_other_ways_of_asking_are_sane(county, phone, tokens):
    where = f"/q/{tokens[901]}"
    head = phone.head(where)
    assert (head.status_code, head.content) == (200, b"")
    assert phone.get(where + "/").status_code == 200
    assert {phone.request(method, where).status_code for method in ("PUT", "DELETE", "PATCH", "OPTIONS")} == {405}
    assert phone.get("/as/county").status_code == 405


def marked(engine: Engine, household: int = 901) -> str:
    with engine.connect() as connection:
        card = income_card.card(connection, COUNTY_CADRE, household, IncomeYear(2026, 10))
    card_marks.register(engine, [card], now=NOW)
    return card_marks.mark(engine, card)


def test_a_printed_card_is_told_from_one_that_is_not_ours_and_differences_only_to_who_may_know(county, phone, tokens):
    where = f"/q/{tokens[901]}?c={marked(county)}"
    assert "与系统记录一致" in phone.get(where).text
    for false in ("2222-2222", "x", marked(county, 902)):
        assert "不是本系统为这一户印制的" in phone.get(f"/q/{tokens[901]}?c={false}").text
    with writing(county) as connection:
        connection.execute(update(model.ledger).where(model.ledger.c.household_id == 901).values(wage_work_fen=105_000))
    stranger = phone.get(where).text
    assert "不一致" in stranger and "12,600" not in stranger and "务工工资" not in stranger
    answer = phone.post(where, data={"do": "open", "secret": TAIL})
    assert answer.headers["location"] == where
    own = words(phone.get(where).text)
    assert "不一致" in own and "务工工资 12,000 → 12,600" in own
    cadre = visitor(county)
    be(cadre, tokens[901], "county")
    assert "务工工资 12,000 → 12,600" in words(cadre.get(where).text)


def test_a_store_that_does_not_answer_is_told_without_what_it_said(county, phone, tokens, caplog):
    with writing(county) as connection:
        connection.exec_driver_sql("ALTER TABLE setting RENAME TO away")
    answer = phone.get(f"/q/{tokens[901]}")
    assert answer.status_code == 503 and "系统正忙" in answer.text
    assert "setting" not in answer.text and tokens[901] not in caplog.text


def test_a_look_takes_few_statements(county, phone, tokens):
    from sqlalchemy import event

    phone.get(f"/q/{tokens[901]}")  # the first of a process makes the tables beside the store
    statements: list[str] = []
    event.listen(county, "before_cursor_execute", lambda *given: statements.append(given[2]))
    phone.get(f"/q/{tokens[901]}")
    beside = ("access_log", "open_card", "pg_advisory")  # the log, and what stands beside the store
    asked = [one for one in statements if one.lstrip().startswith("SELECT") and not any(name in one for name in beside)]
    assert len(asked) <= 9, asked


def test_a_cadre_at_the_door_has_the_phone_shown_by_a_click_that_is_logged(county: Engine, phone: TestClient, tokens):
    be(phone, tokens[901], "village")
    assert "138****5678" in (shown := phone.get(f"/q/{tokens[901]}").text) and "13812345678" not in shown
    told = phone.post(f"/q/{tokens[901]}", data={"do": "unmask"}).text
    assert 'href="tel:13812345678"' in told
    assert "13812345678" not in phone.get(f"/q/{tokens[901]}").text
    assert [line for line in views(county) if "unmasked" in line]


def test_nobody_else_has_a_phone_shown(county: Engine, phone: TestClient, tokens):
    for role in (None, "display"):
        if role:
            be(phone, tokens[901], role)
        answer = phone.post(f"/q/{tokens[901]}", data={"do": "unmask"})
        assert "13812345678" not in answer.text
    be(phone, tokens[FAR], "village")
    assert "1381234" not in phone.post(f"/q/{tokens[FAR]}", data={"do": "unmask"}).text
    assert not [line for line in views(county) if "unmasked" in line]
