"""The floors of the house: what the law of imports goes by, drawn in ARCHITECTURE.md."""

FLOOR = {
    # what is the same everywhere
    **dict.fromkeys(("data.clock", "data.errors", "data.terms", "data.text", "data.money"), 0),
    **dict.fromkeys(("data.months", "data.model", "data.paper"), 1),
    "data.store": 2,
    "data.access": 3,
    # what lies below all domains
    **dict.fromkeys(("data.archives", "data.audit", "data.regions"), 4),
    **dict.fromkeys(("data.calendars", "data.settings"), 5),
    **dict.fromkeys(("data.backups", "data.figures", "data.rules", "data.workbook", "data.workflow"), 6),
    # the domains
    **dict.fromkeys(("data.duties", "data.funds", "data.households", "data.income"), 7),
    **dict.fromkeys(("data.cards", "data.dividends", "data.matters", "data.monitoring"), 8),
    **dict.fromkeys(("data.intake", "data.projects", "data.quality"), 9),
    **dict.fromkeys(("data.boundaries", "data.codes", "data.days", "data.people", "data.wall"), 10),
    **dict.fromkeys(("data.demo", "data.imports", "data.villages"), 11),
    **dict.fromkeys(("data.commands", "data.todo"), 12),
    "data.__main__": 13,
    # what is drawn
    "components.drawing": 14,
    **dict.fromkeys(("components.server", "components.wallcharts"), 15),
    "components.shell": 16,
    **dict.fromkeys(
        (
            *("components.access", "components.archives", "components.codes", "components.days", "components.desk"),
            *("components.dividends", "components.door", "components.duty", "components.figures", "components.funds"),
            *(
                "components.imports",
                "components.income",
                "components.matters",
                "components.monitoring",
                "components.overview",
                "components.phone",
            ),
            *("components.prints", "components.settings", "components.todo", "components.wall"),
        ),
        17,
    ),
    **dict.fromkeys(("components.admin", "components.cards", "components.projects", "components.quality"), 18),
    "components.households": 19,
    "components.battle_map": 20,
}
"""Package (or flat module) → its floor: it imports lower floors only, never its own, never a higher one."""
