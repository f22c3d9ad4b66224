"""收支 of a village at a desk: one grid of households by items, saved as one; what others changed, to choose from."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st
from streamlit.components.v1 import declare_component
from streamlit.components.v1.custom_component import CustomComponent

from components.desk.saved import remember, show_saved
from components.drawing.markup import escape
from components.drawing.theme import FONT, palette
from components.shell.asking import ask_uncached
from components.shell.empty import no_households
from components.shell.errors import problem
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.reading import whole
from components.shell.screen import Screen
from data.access.actors import actor_name
from data.errors import WarRoomError
from data.households.desk import (
    COLUMNS,
    Cell,
    Clash,
    Clashed,
    Period,
    Sheet,
    Typed,
    Unsound,
    income_years,
    pasted,
    save,
    sheet,
)
from data.money import exact, typed
from data.months import label, spoken
from data.terms import INCOME_KINDS, SUBJECTS

_FOLDER = Path(__file__).resolve().parents[1] / "static" / "desk"
_OPENED = "desk_opened"
_BACK = 24  # months to choose from
_ROW, _HEAD, _MOST = 32, 150, 560  # pixels
_EXPENSE = "支出"


@dataclass
class Opened:
    """A sheet in a session, as the grid was given it; another ``serial`` draws the grid anew. ``merged``: upon what is
    typed in it and not told yet."""

    about: tuple[object, ...]
    sheet: Sheet
    serial: str = field(default_factory=lambda: secrets.token_hex(4))
    typed: Typed = field(default_factory=dict)
    bad: tuple[Cell, ...] = ()
    clashes: tuple[Clash, ...] = ()
    said: str = ""
    wrong: bool = False
    merged: bool = False
    pressed: int = 0

    def again(self, said: str = "", *, wrong: bool = False, merged: bool = False) -> None:
        """Draw the grid anew."""
        self.serial, self.said, self.wrong, self.merged, self.pressed = secrets.token_hex(4), said, wrong, merged, 0


def show_books(screen: Screen) -> None:
    """Draw the sheet of the period that is chosen."""
    period = _period(screen)
    opened = _opened(screen, period)
    if not opened.sheet.homes:
        no_households(screen.region.name)
        return
    show_saved(screen, "books", _closed)
    if opened.clashes:
        _choose(screen, opened)
    elif opened.bad:
        _name(opened.bad)
    told = _component()(
        sheet=_given(screen, opened), key=f"desk_{screen.region.code}_{label(period.last)}", default=None
    )
    _paste(opened)
    if told and told.get("serial") == opened.serial and told.get("press", 0) > opened.pressed:
        opened.pressed, opened.typed = told["press"], _typed(told.get("typed"))
        _save(screen, opened)


def _period(screen: Screen) -> Period:
    """The month or income year of the address, else the last month that is over."""
    last = screen.status.last_month
    with screen.engine.connect() as connection:
        years = income_years(connection, last)
    known = {label(month): Period(month, month) for month in range(last, last - _BACK, -1)}
    known |= {str(year.last // 12): year for year in years}
    asked = st.query_params.get("period", "")
    chosen = asked if asked in known else label(last - 1)
    with st.container(key="desk_period"):
        picked = st.selectbox(
            "期间",
            list(known),
            index=list(known).index(chosen),
            format_func=lambda one: _called(known[one], last),
            width=420,
            label_visibility="collapsed",
        )
    if picked != chosen:
        st.query_params["period"] = picked
        st.rerun()
    return known[picked]


def _called(period: Period, running: int) -> str:
    span = f"全年合计（{spoken(period.first)}至{spoken(period.last)}）" if period.yearly else ""
    return f"{period.name}{span}{' · 未满' if period.last >= running else ''}"


def _opened(screen: Screen, period: Period) -> Opened:
    """What stood when it was opened; opened anew for another village or period, and after it was saved."""
    about = (screen.viewer.key, screen.region.code, period)
    kept: Opened | None = st.session_state.get(_OPENED)
    if kept is None or kept.about != about:
        kept = Opened(about, ask_uncached(screen, sheet, screen.region.code, period))
        list_shown(screen, "批量填报收支表", count=len(kept.sheet.homes))
        st.session_state[_OPENED] = kept
    return kept


def _given(screen: Screen, opened: Opened) -> dict[str, object]:
    """The grid's arguments."""
    here = opened.sheet
    kinds = {f"{column}_fen": INCOME_KINDS.get(kind, _EXPENSE) for kind, column in SUBJECTS.values()}
    bad: dict[int, dict[str, str]] = {}
    for cell in opened.bad:
        bad.setdefault(cell.household, {})[cell.column] = cell.reason
    otherwise: dict[str, dict[str, str]] = {}
    for (id, name), month in here.otherwise.items():
        words = "按月记" if here.period.yearly else f"{month // 12}年度合计"
        otherwise.setdefault(str(id), {})[name] = words
    return {
        "homes": [vars(home) for home in here.homes],
        "columns": [
            {"name": name, "subject": subject, "kind": kinds[name], "usual": name in here.usual}
            for name, subject in COLUMNS.items()
        ],
        "amounts": {
            str(id): {name: typed(fen).removesuffix(".00") for name, fen in cells.items()}
            for id, cells in here.amounts.items()
        },
        "typed": {str(id): dict(cells) for id, cells in opened.typed.items()},
        "bad": {str(id): cells for id, cells in bad.items()},
        "otherwise": otherwise,
        "serial": opened.serial,
        "merged": opened.merged,
        "said": opened.said,
        "wrong": opened.wrong,
        "height": min(len(here.homes) * _ROW + _HEAD, _MOST),
        "colours": {**palette(screen.dark).css(), "font": FONT},
    }


def _typed(told: object) -> dict[int, dict[str, str]]:
    """What the grid told, as far as it can be of a sheet."""
    if not isinstance(told, Mapping):
        return {}
    return {
        number: {str(name): str(text) for name, text in cells.items() if name in COLUMNS}
        for id, cells in told.items()
        if (number := whole(str(id))) is not None and isinstance(cells, Mapping)
    }


def _save(screen: Screen, opened: Opened) -> None:
    cells = sum(map(len, opened.typed.values()))
    opened.bad, opened.clashes = (), ()
    try:
        changes = save(screen.engine, screen.viewer, opened.sheet, opened.typed, now=screen.now)
    except Unsound as unsound:
        opened.bad = unsound.cells
        opened.again(f"{len(unsound.cells)} 格要改，还没有保存", wrong=True)
    except Clashed as clashed:
        opened.clashes = clashed.clashes
        opened.again("还没有保存，请先在上面选择", wrong=True)
    except WarRoomError as error:
        opened.again(str(error), wrong=True)
    else:
        said = f"已保存：{screen.region.name}{opened.sheet.period.name}收支，{len(changes)} 户 {cells} 格"
        remember(screen, "books", said, changes)
        _closed()
    st.rerun()


def _closed() -> None:
    """What stood when it was opened stands no more."""
    st.session_state.pop(_OPENED, None)


def _name(bad: tuple[Cell, ...]) -> None:
    listed = "".join(f"<li>{escape(cell.sentence)}</li>" for cell in bad)
    told = f"有 {len(bad)} 格不能保存，这次一格也没有写入。请改正后再按“保存”："
    show_markup(f'<div class="problem" role="alert"><p>{escape(told)}</p><ul class="cells">{listed}</ul></div>')


def _choose(screen: Screen, opened: Opened) -> None:
    """What others changed, with both values, and which is to stand."""
    show_markup(clashes_markup(screen, opened.clashes))
    with st.container(horizontal=True, gap="small", key="desk_clash"):
        if st.button("以我填的为准，保存", type="primary"):
            opened.sheet = opened.sheet.with_standing(opened.clashes)
            _save(screen, opened)
        if st.button("这几格用现在的"):
            theirs = {(one.household, one.column) for one in opened.clashes}
            opened.typed = {
                id: {name: text for name, text in cells.items() if (id, name) not in theirs}
                for id, cells in opened.typed.items()
            }
            opened.sheet, opened.clashes = opened.sheet.with_standing(opened.clashes), ()
            opened.again("这几格已换成现在的数；其余的还没有保存")
            st.rerun()


def clashes_markup(screen: Screen, clashes: tuple[Clash, ...]) -> str:
    """The cells as a table."""
    with screen.engine.connect() as connection:
        who = {one.who: actor_name(connection, one.who) if one.who else "导入或其他途径" for one in clashes}
    rows = "".join(
        f"<tr><td>{escape(one.head)}</td><td>{escape(COLUMNS[one.column])}</td><td>{exact(one.before)}</td>"
        f"<td><b>{exact(one.stands)}</b></td><td>{exact(one.mine)}</td>"
        f"<td>{escape(who[one.who])} {escape((one.at or '')[5:16].replace('T', ' '))}</td></tr>"
        for one in clashes
    )
    head = "".join(f"<th>{word}</th>" for word in ("户主", "科目", "您打开时", "现在", "您填的", "谁改的"))
    said = f"您填写期间，别人已经改了其中 {len(clashes)} 格，这次一格也没有写入："
    return (
        f'<div class="conflict" role="alert"><p>{said}</p>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _paste(opened: Opened) -> None:
    """A small table by 户编号, put into the grid and not saved yet."""
    with st.expander("按户编号粘贴一张表"):
        show_markup(
            '<p class="calm">从 Excel 复制，连表头一起：一栏“户编号”，其余每栏一个科目；或者“户编号、科目、金额”三栏。'
            "贴好后先填进上面的表格，核对后再保存。</p>"
        )
        text = st.text_area("表格", key=f"desk_paste_{opened.serial}", height=120, label_visibility="collapsed")
        if not st.button("填入表格", key="desk_fill"):
            return
        try:
            given = pasted(opened.sheet, text)
        except Unsound as unsound:
            _name(unsound.cells)
        except WarRoomError as error:
            problem(str(error))
        else:
            opened.typed, opened.bad = given, ()
            opened.again(f"已填入 {len(given)} 户，还没有保存", merged=True)
            st.rerun()


def _component() -> CustomComponent:
    """Declared once the runtime stands: before, it would be registered nowhere."""
    return declare_component("desk", path=_FOLDER)
