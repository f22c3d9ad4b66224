"""What taking boundaries did, or would do, told in lines."""

from collections.abc import Iterator

from data.boundaries.plan import STATES, Plan
from data.boundaries.take import BoundaryResult

_MOST = 50  # of one kind


def lines(result: BoundaryResult) -> Iterator[str]:
    """What a person at the command line is told, the sums first."""
    made = result.plan
    waits = made.open
    done = f"改动 {result.changed} 处" if not waits else "还没有写入"
    yield (
        f"读到 {result.features} 个图形：对上 {len(result.joined)} 个区划，新建 {len(result.created)} 个区划，"
        f"修复 {len(result.repaired)} 个图形，未对上 {len(result.unjoined)} 个，{done}。"
    )
    counts = "，".join(f"{STATES[state]} {number}" for state, number in made.counts().items() if number)
    if counts:
        yield f"逐个区划：{counts}。"
    yield from made.told
    yield from _limited(_found(made))
    yield from _limited(
        f"修复：{one.file} 第 {one.number} 个 {one.code} {one.name}：{one.reason}" for one in result.repaired
    )
    if made.missing:
        named = "、".join(f"{code} {name}" for code, name in made.missing[:_MOST])
        yield f"还有 {len(made.missing)} 个区划没有边界：{named}{'……' if len(made.missing) > _MOST else ''}"
    for question in waits:
        yield f"请回答：{question.file}：{question.text}"
        for value, words in question.options.items():
            yield f"  --answer '{question.id}={value}'  {words}"
    for question in made.questions:
        if question not in waits and question.default and question.examples:
            yield f"{question.file}：{question.text}已按“{question.options[question.answer(made.answers)]}”；另选："
            for value, words in question.options.items():
                yield f"  --answer '{question.id}={value}'  {words}"


def _found(made: Plan) -> Iterator[str]:
    """What is to be said of single regions and features."""
    for item in made.items:
        told = "；".join(item.notes)
        if not item.region:
            yield f"{STATES[item.state]}：{item.file} 第 {item.numbers[0]} 个 {item.code} {item.name}：{told}"
        elif told:
            yield f"{STATES[item.state]}：{item.region} {item.called}：{told}"


def _limited(told: Iterator[str]) -> Iterator[str]:
    number = 0
    for number, line in enumerate(told, 1):
        if number <= _MOST:
            yield line
    if number > _MOST:
        yield f"……另有 {number - _MOST} 条"
