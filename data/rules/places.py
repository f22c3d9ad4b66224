"""Where households lie."""

from data.rules.rule import DOUBT, HELPED, HINT, Rule, households, named

RULES = (
    Rule(
        "R951", "坐标不在本村", DOUBT, "household", "lon",
        "户的坐标落在本村边界外{rule_place_metres}米以上；没有导入边界的村不查。",
        lambda given: households(
            "EXISTS (SELECT 1 FROM rule_outside o WHERE o.id = h.id"
            f" AND o.metres > {given.number('rule_place_metres')})"
        ),
        named("rule_place_metres"),
    ),
    Rule(
        "R952", "没有坐标", HINT, "household", "lon",
        "脱贫户、未脱贫户和监测对象没有填经度、纬度，地图上找不到。",
        lambda given: households(f"{HELPED} AND (h.lon IS NULL OR h.lat IS NULL)"),
    ),
)  # fmt: skip
