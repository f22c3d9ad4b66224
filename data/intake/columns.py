"""Whole columns at once: plain cells go through arrow's kernels, the rest through ``values``, each text once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.intake.broken import reproach
from data.intake.known import KnownCodes
from data.terms import MEMBER_FACTS
from data.text.formulas import as_written
from data.text.signs import PRIVATE, SUSPECT, private
from data.workbook.sheets import EPISODE, HOUSEHOLD, MEMBER, SHEET, ColumnSpec
from data.workbook.values import CLEAR, LONGEST, NOTHING, Fault, identity_doubt, last_day_meant, parser, unwrapped

REQUIRED = "必填，不能为空"
MEMO = 500_000  # distinct texts of a column remembered
_INTEGERS = ("money", "number", "month", "period", "year", "yes_no", "percent")
_REALS = ("rate", "longitude", "latitude")
_PLAIN_CODE = r"^[0-9A-Za-z][0-9A-Za-z_/-]{0,63}$"
_ODD = f"{SUSPECT}|{PRIVATE}"
_PLAIN_MONEY = r"^([0-9]{1,12}|[0-9]{1,3}(,[0-9]{3}){1,3})(\.[0-9]{1,2})?$"

_Outcome = tuple[object, str | None, str | None, bool]
"""Of one text: its value, why it is refused, why it is doubted, whether it empties what is stored."""
_TEXTS = ("text", "code", "identity", "choice", "choices")
_NONE = np.empty(0, np.intp)
_NUMBERED = (HOUSEHOLD, EPISODE)
"""Sheets whose rows the store tells apart by numbers."""


@dataclass(frozen=True)
class Checked:
    """A column's values (null where empty or refused), which rows are refused or doubted, with the reason, and which
    empty what is stored."""

    values: pa.Array
    faults: npt.NDArray[np.intp]
    doubts: npt.NDArray[np.intp]
    reason: Callable[[int], str]
    cleared: npt.NDArray[np.intp] = field(default_factory=lambda: _NONE)


class ColumnCheck:
    """Reads one column batch by batch."""

    def __init__(self, column: ColumnSpec, known: KnownCodes, today: date) -> None:
        self.column = column
        self._parse = parser(column, today=today)
        self._known = known
        self._memo: dict[str, _Outcome] = {}
        kind = column.kind
        self._wrapped = kind != "text" or column.name == "phone"  # what may be digits kept as text
        integer = (
            kind in _INTEGERS or column.reference in _NUMBERED or any(isinstance(one, int) for one in column.stored)
        )
        self.type = pa.int64() if integer else pa.float64() if kind in _REALS else pa.string()
        plain = {"money": self._plain_money, "text": self._plain_text, "code": self._plain_code}
        self._plain = None if column.reference else plain.get(kind)

    def run(self, texts: pa.StringArray) -> Checked:
        """Check one batch."""
        if self._plain is None:
            return self._each(texts)
        values, plain = self._plain(texts)
        if pc.all(plain, min_count=0).as_py():
            return Checked(values.cast(self.type), _NONE, _NONE, str)
        odd = pc.invert(plain)
        places = np.flatnonzero(odd.to_numpy(zero_copy_only=False))
        checked = self._each(texts.filter(odd))
        return Checked(
            pc.replace_with_mask(values.cast(self.type), odd, checked.values),
            places[checked.faults],
            places[checked.doubts],
            lambda place: checked.reason(int(np.searchsorted(places, place))),
            places[checked.cleared],
        )

    def _each(self, texts: pa.StringArray) -> Checked:
        encoded = texts.dictionary_encode()
        read = [self._read(text) for text in encoded.dictionary.to_pylist()]
        if len(self._memo) > MEMO:
            self._memo.clear()
        indices = encoded.indices.to_numpy()
        values = pa.array([value for value, *_ in read], self.type).take(encoded.indices)

        def places(which: int) -> npt.NDArray[np.intp]:
            odd = [place for place, outcome in enumerate(read) if outcome[which]]
            return np.flatnonzero(np.isin(indices, odd)) if odd else np.empty(0, np.int64)

        def reason(place: int) -> str:
            _, refused, doubted, _ = read[indices[place]]
            return refused or doubted or ""

        return Checked(values, places(1), places(2), reason, places(3))

    def _read(self, text: str) -> _Outcome:
        known = self._memo.get(text)
        if known is None:
            known = self._memo[text] = self._read_anew(text)
        return known

    def _read_anew(self, text: str) -> _Outcome:
        if refused := reproach(text):
            return None, refused, None, False
        if (word := text.strip()) == CLEAR or (word in NOTHING and word not in self.column.choices):
            return self._emptied(word)
        try:
            value = self._parse(unwrapped(text) if self._wrapped else as_written(text)) if word else None
            if value is None:
                return None, REQUIRED if self.column.key and self.column.required else None, None, False
            if self.column.reference:
                value = self._known.find(self.column.reference, str(value))
            return value, None, self._doubt(text, str(value)), False
        except Fault as fault:
            return None, str(fault), None, False

    def _doubt(self, text: str, value: str) -> str | None:
        """What has to be told of a value that is taken."""
        if self.column.kind == "identity":
            return identity_doubt(value)
        if self.column.whole_months and (last := last_day_meant(unwrapped(text))):
            return f"只有年月，按当月最后一天（{last}）算"
        if self.column.kind in ("text", "fact") and (sign := private(value)):
            return f"有一个自造字（{sign}），换一台电脑可能显示不出来，已照原样保留，请尽量改用通用汉字"
        return None

    def _emptied(self, word: str) -> _Outcome:
        """A cell that says that there is nothing: of a record's own key it cannot be said."""
        column = self.column
        if column.key and column.required:
            return None, REQUIRED, None, False
        if word == CLEAR and column.required and not column.removes:
            return None, "必填，不能清空", None, False
        empties = word == CLEAR or (column.kind in _TEXTS and not column.required)
        return None, None, None, empties and not column.key

    def _plain_money(self, texts: pa.StringArray) -> tuple[pa.Array, pa.BooleanArray]:
        plain = pc.match_substring_regex(texts, _PLAIN_MONEY)
        yuan = pc.replace_substring(pc.if_else(plain, texts, "0"), ",", "").cast(pa.float64())
        # exact: below 10^12 yuan a double is off by less than a hundredth of a fen
        return pc.round(pc.multiply(yuan, 100.0)), plain

    def _plain_text(self, texts: pa.StringArray) -> tuple[pa.Array, pa.BooleanArray]:
        trimmed = pc.utf8_trim_whitespace(texts)
        plain = pc.and_not(pc.less_equal(pc.utf8_length(trimmed), LONGEST), pc.match_substring_regex(texts, _ODD))
        plain = pc.and_not(plain, pc.starts_with(trimmed, "#"))  # it may be an error such as #N/A
        empty = pc.equal(trimmed, "")
        plain = pc.and_not(plain, pc.is_in(trimmed, pa.array([CLEAR, *NOTHING])))
        plain = pc.and_not(plain, pc.match_substring_regex(trimmed, "^['’‘＇=＝]" if self._wrapped else "^'"))
        if self.column.required:
            plain = pc.and_not(plain, empty)
        return pc.if_else(empty, pa.scalar(None, pa.string()), trimmed), plain

    def _plain_code(self, texts: pa.StringArray) -> tuple[pa.Array, pa.BooleanArray]:
        return texts, pc.match_substring_regex(texts, _PLAIN_CODE)


class FactCheck:
    """Reads 值 of 成员状况: each cell as the column of 家庭成员 that its row names, kept as text."""

    def __init__(self, known: KnownCodes, today: date) -> None:
        self._checks = {name: ColumnCheck(SHEET[MEMBER].column(name), known, today) for name in MEMBER_FACTS}

    def run(self, texts: pa.StringArray, items: pa.StringArray) -> Checked:
        """Check one batch; ``items`` are columns of ``member``; of unknown ones (null) faults alone are told."""
        values, reasons = texts.to_numpy(zero_copy_only=False).copy(), {}
        parts: dict[str, list[npt.NDArray[np.intp]]] = {"faults": [], "doubts": [], "cleared": []}
        for name, check in (*self._checks.items(), (None, self._checks["education"])):
            chosen = pc.is_null(items) if name is None else pc.fill_null(pc.equal(items, name), False)
            places = np.flatnonzero(chosen.to_numpy(zero_copy_only=False))
            if not len(places):
                continue
            checked = check.run(texts.filter(chosen))
            if name is not None:
                values[places] = checked.values.cast(pa.string()).to_numpy(zero_copy_only=False)
            for part, found in parts.items():
                found.append(places[getattr(checked, part)])
            for place in (*checked.faults, *checked.doubts):
                reasons[int(places[place])] = checked.reason(int(place))
        faults, doubts, cleared = (np.concatenate([_NONE, *found]) for found in parts.values())
        return Checked(pa.array(values, pa.string()), faults, doubts, reasons.__getitem__, cleared)
