"""A course over months as a small drawing without axes: SVG text, no Streamlit."""

from collections.abc import Sequence

from components.drawing.lines import pieces
from components.drawing.wording import has_value

WIDTH, HEIGHT, EDGE = 160, 36, 3


def spark_line(
    values: Sequence[float | None], *, line: str, end: str, width: float = WIDTH, height: float = HEIGHT
) -> str:
    """SVG of the values in order, ``line`` and ``end`` its colours; a gap where there is none. '' without a value.

    The last value is marked with a dot of colour ``end``, and so is, in that of the line, one without a neighbour.
    """
    known = [value for value in values if has_value(value)]
    if not known:
        return ""
    low, high = min(known), max(known)

    def point(place: int) -> tuple[float, float]:
        value = values[place]
        assert has_value(value)  # of a piece
        x = EDGE + place / max(len(values) - 1, 1) * (width - 2 * EDGE)
        y = height / 2 if high == low else height - EDGE - (value - low) / (high - low) * (height - 2 * EDGE)
        return round(x, 1), round(y, 1)

    runs = [[point(place) for place in run] for run in pieces(values)]
    path = " ".join(f"{'L' if index else 'M'}{x} {y}" for run in runs for index, (x, y) in enumerate(run))
    dots = [(run[0], line) for run in runs[:-1] if len(run) == 1] + [(runs[-1][-1], end)]
    circles = "".join(f'<circle cx="{x}" cy="{y}" r="2.6" fill="{colour}"/>' for (x, y), colour in dots)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" preserveAspectRatio="none"'
        f' width="{width:g}" height="{height:g}"><path d="{path}" fill="none" stroke="{line}" stroke-width="1.6"'
        f' vector-effect="non-scaling-stroke"/>{circles}</svg>'
    )
