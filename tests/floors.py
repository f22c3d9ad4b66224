"""The floors of the house: what the law of imports goes by, drawn in ARCHITECTURE.md."""

FLOOR = {
    # what is the same everywhere
    **dict.fromkeys(("data.clock", "data.errors", "data.terms", "data.money"), 0),
    **dict.fromkeys(("data.months", "data.model", "data.paper"), 1),
    "data.store": 2,
    "data.access": 3,
    # what lies below all domains
    **dict.fromkeys(("data.archives", "data.regions", "data.settings"), 4),
    **dict.fromkeys(("data.backups", "data.figures", "data.workbook", "data.workflow"), 5),
    # the domains
    **dict.fromkeys(("data.audit", "data.duties", "data.funds", "data.households", "data.income"), 6),
    **dict.fromkeys(("data.cards", "data.dividends", "data.intake", "data.people", "data.projects", "data.quality"), 7),
    **dict.fromkeys(("data.codes", "data.demo"), 8),
    "data.commands": 9,
    "data.__main__": 10,
    # what is drawn
    "components.drawing": 11,
    "components.server": 12,
    "components.shell": 13,
    **dict.fromkeys(
        (
            *(
                "components.access",
                "components.archives",
                "components.codes",
                "components.dividends",
                "components.door",
            ),
            *("components.figures", "components.funds", "components.income", "components.overview"),
            *("components.phone", "components.prints", "components.settings"),
        ),
        14,
    ),
    **dict.fromkeys(("components.admin", "components.cards", "components.projects"), 15),
    "components.households": 16,
    "components.battle_map": 17,
}
"""Package (or flat module) → its floor: it imports lower floors only, never its own, never a higher one."""
