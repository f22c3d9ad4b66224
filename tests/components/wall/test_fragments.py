"""What is kept of walls: of a region none of an earlier state, in all no more than there is room for."""

import asyncio

import pytest

from components.drawing.markup import Markup
from components.wall import fragments
from components.wall.fragments import Fragments, Made, State
from tests.loops import run

DAY = "2026-11-22"


def page(number: int) -> Markup:
    return Markup(f"<p>{number}</p>")


async def filled(kept: Fragments, state: State, *numbers: int) -> list[Made]:
    return [await kept.made(state, number, lambda number=number: page(number)) for number in numbers]


def test_of_a_region_nothing_of_an_earlier_state_is_kept():
    async def lived() -> None:
        kept = Fragments()
        first = kept.state("a", (1, DAY))
        other = kept.state("b", (1, DAY))
        first.known[page] = "answer"
        await filled(kept, first, 1, 2)
        await filled(kept, other, 3)
        assert kept.state("a", (1, DAY)) is first
        later = kept.state("a", (2, DAY))
        assert later is not first and not later.known and not later.held
        assert kept.state("b", (1, DAY)) is other and list(other.held) == [3]
        assert kept.bytes == sum(len(one.packed) for one in other.held.values())

    run(lived())


def test_what_is_composed_while_the_data_go_on_is_answered_and_not_kept():
    async def lived() -> None:
        kept = Fragments()
        first = kept.state("a", (1, DAY))
        coming = asyncio.create_task(kept.made(first, 1, lambda: page(1)))
        await asyncio.sleep(0)
        kept.state("a", (2, DAY))
        assert (await coming).packed and kept.bytes == 0

    run(lived())


@pytest.mark.parametrize("places", ["one", "many"])
def test_no_more_is_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch, places: str):
    async def lived() -> None:
        kept = Fragments()
        [size] = [len(one.packed) for one in await filled(kept, kept.state("size", 0), 10)]
        monkeypatch.setattr(fragments, "MOST_KEPT", 3 * size)
        for number in range(11, 20):
            state = kept.state(number if places == "many" else "one", 0)
            [made] = await filled(kept, state, number)
            assert state.held[number] is made
            assert kept.bytes <= 3 * size
        assert kept.bytes == 3 * size

    run(lived())


def test_no_more_places_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fragments, "MOST_PLACES", 2)
    kept = Fragments()
    first, second = kept.state("a", 1), kept.state("b", 1)
    assert kept.state("a", 1) is first  # asked for last
    kept.state("c", 1)
    assert kept.state("a", 1) is first and kept.state("b", 1) is not second
