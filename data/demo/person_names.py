"""Names of people who do not exist, put together from common characters and a few that few machines can write."""

import numpy as np

_DOUBLE = ("欧阳", "司徒", "上官", "诸葛")
_SURNAMES = (
    *("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"),
    *("余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"),
    *_DOUBLE,
)
_MEN = tuple("国建明志德文军平永福贵海春生成林全富强忠义山学庆武东宝金玉新友祥根长发有仁和顺喜胜安庭厚树")
_WOMEN = tuple("秀桂玉凤英兰芳梅珍华春红霞丽娟莲香云淑琴素爱月巧惠清翠菊荣美花彩艳敏静慧贞洁娥")
_BOYS = tuple("浩宇轩泽俊杰晨博文睿子航一铭嘉佳昊天思远鑫磊凯鹏涛志翔")
_GIRLS = tuple("欣怡梓涵雨诗佳琪思语婷雅萱可心悦晴梦洁颖琳月冰倩茜一诺")
_RARE = tuple("䶮喆㛃犇淼堃赟翀")


def surnames(rng: np.random.Generator, count: int) -> np.ndarray:
    """Family names, the first of the list being the most common."""
    weights = 1 / (np.arange(len(_SURNAMES)) + 6.0)
    return np.array(_SURNAMES, object)[rng.choice(len(_SURNAMES), size=count, p=weights / weights.sum())]


def family_name(name: str) -> str:
    """Of a whole name the family's."""
    return name[: 2 if name.startswith(_DOUBLE) else 1]


def given_names(rng: np.random.Generator, male: np.ndarray, age: np.ndarray) -> np.ndarray:
    """One or two characters, as people of that sex and age bear them."""
    count = len(male)
    sets = [[np.array(letters, object) for letters in pair] for pair in ((_WOMEN, _MEN), (_GIRLS, _BOYS))]
    young = age < 30

    def letters() -> np.ndarray:
        drawn = [[rng.choice(one, size=count) for one in pair] for pair in sets]
        return np.where(young, np.where(male, drawn[1][1], drawn[1][0]), np.where(male, drawn[0][1], drawn[0][0]))

    first, second = letters(), letters()
    single = rng.random(count) < 0.16
    rare = rng.random(count) < 0.002
    second = np.where(rare, rng.choice(np.array(_RARE, object), size=count), np.where(single & ~rare, "", second))
    return np.array([a + b for a, b in zip(first, second, strict=True)], object)
