"""Names of regions that stand beside each other (of several 东风村 each says where it lies), and how they are typed."""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from pypinyin import lazy_pinyin
from sqlalchemy import Connection, bindparam, text

from data.store.batches import batches


def told_apart(names: Mapping[str, str], above: Mapping[str, str]) -> dict[str, str]:
    """Code → name; where it repeats, with the region above (``above``: code → its name) in brackets, or with the code
    where that says no more."""
    places = Counter((name, above.get(code)) for code, name in names.items())
    repeated = _repeated(names)

    def told(code: str, name: str) -> str:
        place = above.get(code)
        beside = code if place is None or places[name, place] > 1 else place
        return f"{name}（{beside}）" if code in repeated else name

    return {code: told(code, name) for code, name in names.items()}


def named_apart(connection: Connection, names: Mapping[str, str]) -> dict[str, str]:
    """The same with the regions above asked of the store, where any name repeats."""
    statement = text(
        "SELECT r.code, a.name FROM region r JOIN region a ON a.code = r.parent WHERE r.code IN :codes"
    ).bindparams(bindparam("codes", expanding=True))
    above: dict[str, str] = {}
    for codes in batches(sorted(_repeated(names))):
        above |= {code: name for code, name in connection.execute(statement, {"codes": codes})}
    return told_apart(names, above)


def _repeated(names: Mapping[str, str]) -> set[str]:
    """Codes whose name is that of another code too."""
    times = Counter(names.values())
    return {code for code, name in names.items() if times[name] > 1}


@lru_cache(maxsize=30_000)
def typed(name: str) -> str:
    """How a name is typed without an input method: 金河村 → ``jhc jinhecun``; '' for one without Chinese."""
    read = lazy_pinyin(name, errors="ignore")
    return f"{''.join(syllable[0] for syllable in read)} {''.join(read)}" if read else ""
