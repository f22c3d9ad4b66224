"""Where a hit is put right: the form of the household's page, or the page of what it speaks of."""

from components.door.buttons import FORMS, RIGHTS
from components.door.form import ASKED, FIRST, WHOSE, record_sign
from components.monitoring.address import case_link
from components.shell.screen import Screen
from components.shell.site import HOUSEHOLD, MONITORING, PROBLEMS, PROJECT
from data.access.roles import HOUSEHOLDS, WRITE
from data.quality.listing import Hit
from data.rules.registry import GROUPS

_OF_RECORDS = {
    "ledger": "ledger", "measure": "measure", "visit": "pairing", "pairing": "pairing", "assurance": "assurance",
    "household_event": "lives", "member_event": "lives",
}  # fmt: skip
"""Record → the form (of ``FORMS``) by which it is put right; of others that of the facts."""
_OF_FIELDS = {("household", "housing_safe"): "assurance", ("household", "water_safe"): "assurance"}
_OF_RULES = {
    **{rule.id: "ledger" for rule in GROUPS["收支账目"]},
    **dict.fromkeys(("R414", "R507", "R508", "R509"), "ledger"),
    **dict.fromkeys(("R503", "R504", "R506"), "measure"),
    "R206": "lives", "R303": "clue", "R510": "pairing",
}  # fmt: skip
"""Rule whose marked field says nothing of what is wrong → the form."""


def way_to_mend(screen: Screen, hit: Hit) -> tuple[str, str] | None:
    """Words and address of where it is mended, of who may not write where it is seen; None where there is no page."""
    record = hit.mark.record
    place: dict[str, str | int] = {"region": hit.village}
    if record in ("problem", "task"):
        return "去办理", screen.link(PROBLEMS, **place, kind=record, code=hit.mark.key)
    if record in ("project", "project_return") and hit.household is None:
        return "去核对", screen.link(PROJECT, **place, project=hit.mark.key.partition(":")[0])
    if hit.household is None:
        return None
    home: dict[str, str | int] = {**place, "household": hit.household}
    if not screen.viewer.may(WRITE, HOUSEHOLDS):
        return "看户档案", screen.link(HOUSEHOLD, **home)
    if hit.case is not None and MONITORING.open_to(screen.viewer):
        return "去办理", case_link(screen, hit.case, hit.village)
    form = _form(hit)
    if form in RIGHTS and not screen.viewer.may(*RIGHTS[form]):
        return "看户档案", screen.link(HOUSEHOLD, **home)
    asked = {ASKED: form}
    if form == "facts":
        asked |= {FIRST: hit.rule.field}
    if record in ("member", "measure"):
        asked |= {WHOSE: record_sign(screen, hit.mark.key)}
    return FORMS[form][0], screen.link(HOUSEHOLD, **home, **asked)


def _form(hit: Hit) -> str:
    record = hit.mark.record
    return (
        _OF_RULES.get(hit.mark.rule) or _OF_FIELDS.get((record, hit.rule.field)) or _OF_RECORDS.get(record) or "facts"
    )
