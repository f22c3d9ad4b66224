"""Sixteen square villages in two townships, some with names that would like to be code."""

HOSTILE = [
    "`;alert(1)//",
    "${alert(1)}",
    "</script><script>alert(1)</script>",
    "{{7*7}}",
    "<img src=x onerror=alert(1)>",
]
NAMES = HOSTILE + [f"村_{i}" for i in range(len(HOSTILE), 16)]
CODES = [f"99018100{1 + i // 8}{i + 1:03}" for i in range(16)]
WEST, SOUTH, SIDE = 121.5, 40.0, 0.1


def place(i: int) -> tuple[float, float]:
    """Longitude and latitude of a village's south-western corner."""
    return WEST + SIDE * (i % 4), SOUTH + SIDE * (i // 4)


def villages() -> list[dict]:
    return [
        _feature(code, name, *place(i), SIDE, SIDE) | {"id": i}
        for i, (code, name) in enumerate(zip(CODES, NAMES, strict=True))
    ]


def townships() -> list[dict]:
    return [
        _feature(f"99018100{1 + i}", f"{'甲乙'[i]}镇", WEST, SOUTH + 2 * SIDE * i, 4 * SIDE, 2 * SIDE) for i in range(2)
    ]


def _feature(code: str, name: str, west: float, south: float, width: float, height: float) -> dict:
    corners = [(0, 0), (width, 0), (width, height), (0, height), (0, 0)]
    ring = [[west + east, south + north] for east, north in corners]
    properties = {"code": code, "name": name, "sketch": False}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
