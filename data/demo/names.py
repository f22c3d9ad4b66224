"""Names of places that are made up: plausible, and none taken from a map."""

import numpy as np

_FIRST = tuple("青云松柳石白清长平永安和兴福双大小南北东西上下新高龙凤金银桃杏梨枣榆槐杨泉溪沙海望乐")
_SECOND = tuple("山水河沟岭岗坡台屯甸滩湾口桥坊堡庄营房家窑井泉林园坪埠洼")
_COUNTIES = ("青岚县", "柳川县", "云泊县", "石屏湾县", "望澜市", "松陵县", "海晏山县")


def counties(count: int, rng: np.random.Generator) -> list[str]:
    """Names of the counties of a prefecture."""
    return [_COUNTIES[place] for place in rng.permutation(len(_COUNTIES))[:count]]


def townships(count: int, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Code suffix and name of each township: 街道 001…, 镇 101…, 乡 201…, from the middle of the county outwards."""
    stems = [_stem(rng) for _ in range(3 * count)]
    stems = list(dict.fromkeys(stems))[:count]
    streets, towns = max(1, round(count * 0.15)), max(1, round(count * 0.55))
    named = []
    for number, stem in enumerate(stems):
        if number < streets and count > 3:
            named.append((f"{1 + number:03d}", f"{stem}街道"))
        elif number < streets + towns:
            named.append((f"{101 + number:03d}", f"{stem}镇"))
        else:
            named.append((f"{201 + number:03d}", f"{stem}乡"))
    return named


def villages(count: int, rng: np.random.Generator) -> list[str]:
    """Names of the villages of one township: different from each other, though not from the next township's."""
    stems: dict[str, None] = {}
    while len(stems) < count:
        stems[_stem(rng)] = None
    return [f"{stem}村" for stem in stems]


def _stem(rng: np.random.Generator) -> str:
    return str(rng.choice(_FIRST)) + str(rng.choice(_SECOND))
