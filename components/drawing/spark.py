"""A course over months as a small drawing without axes: SVG text, no Streamlit."""

from collections.abc import Sequence

from components.drawing.wording import has_value

WIDTH, HEIGHT, EDGE = 160, 36, 3


def spark_line(values: Sequence[float | None], *, line: str, end: str) -> str:
    """SVG of the values in order, ``line`` and ``end`` its colours; a gap where there is none. '' for fewer than two.

    The last value is marked with a dot of colour ``end``.
    """
    numbers = [(place, value) for place, value in enumerate(values) if has_value(value)]
    if len(numbers) < 2:
        return ""
    low, high = min(value for _, value in numbers), max(value for _, value in numbers)
    span = high - low or 1.0
    flat = high == low

    def point(place: int, value: float) -> tuple[float, float]:
        x = EDGE + place / (len(values) - 1) * (WIDTH - 2 * EDGE)
        y = HEIGHT / 2 if flat else HEIGHT - EDGE - (value - low) / span * (HEIGHT - 2 * EDGE)
        return round(x, 1), round(y, 1)

    path = " ".join(
        f"{'L' if index and numbers[index - 1][0] == place - 1 else 'M'}{x} {y}"
        for index, (place, value) in enumerate(numbers)
        for x, y in [point(place, value)]
    )
    x, y = point(*numbers[-1])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none"'
        f' width="{WIDTH}" height="{HEIGHT}"><path d="{path}" fill="none" stroke="{line}" stroke-width="1.6"'
        f' vector-effect="non-scaling-stroke"/><circle cx="{x}" cy="{y}" r="2.6" fill="{end}"/></svg>'
    )
