"""The floors of the house: what the law of imports goes by, drawn in ARCHITECTURE.md."""

FLOOR = {
    # what is the same everywhere
    **dict.fromkeys(("data.clock", "data.errors", "data.terms", "data.text", "data.money"), 0),
    **dict.fromkeys(("data.months", "data.model", "data.paper"), 1),
    "data.store": 2,
    "data.access": 3,
    # what lies below all domains
    **dict.fromkeys(("data.archives", "data.audit", "data.regions"), 4),
    "data.settings": 5,
    **dict.fromkeys(("data.backups", "data.figures", "data.workbook", "data.workflow"), 6),
    # the domains
    **dict.fromkeys(("data.duties", "data.funds", "data.households", "data.income"), 7),
    **dict.fromkeys(("data.cards", "data.dividends", "data.intake", "data.projects", "data.quality"), 8),
    **dict.fromkeys(("data.codes", "data.demo", "data.people", "data.wall"), 9),
    **dict.fromkeys(("data.commands", "data.villages"), 10),
    "data.__main__": 11,
    # what is drawn
    "components.drawing": 12,
    **dict.fromkeys(("components.server", "components.wallcharts"), 13),
    "components.shell": 14,
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
            *("components.phone", "components.prints", "components.settings", "components.wall"),
        ),
        15,
    ),
    **dict.fromkeys(("components.admin", "components.cards", "components.projects"), 16),
    "components.households": 17,
    "components.battle_map": 18,
}
"""Package (or flat module) → its floor: it imports lower floors only, never its own, never a higher one."""
