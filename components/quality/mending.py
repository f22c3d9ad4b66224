"""Where a hit is put right: the form of the household's page, or the page of what it speaks of."""

from components.shell.screen import Screen
from components.shell.site import HOUSEHOLD, MONITORING, PROBLEMS, PROJECT
from data.access.roles import HOUSEHOLDS, WRITE
from data.quality.listing import Hit
from data.rules.registry import GROUPS

_FORMS = {
    "member": "facts", "ledger": "ledger", "ledger_year": "ledger", "measure": "measure", "visit": "visit",
    "pairing": "pairing", "assurance": "assurance", "member_event": "lives", "member_fact": "facts",
    "household_event": "lives",
}  # fmt: skip
"""Record → the form (``components.door.buttons.FORMS``) that its fields stand in."""
_FIELDS = {
    ("household", "housing_safe"): "assurance", ("household", "water_safe"): "assurance",
    ("household", "head"): "lives", ("member", "relation"): "lives",
}  # fmt: skip
_BY_GROUP = {"收支账目": "ledger", "帮扶措施": "measure"}
_FORM_OF = {rule.id: form for group, form in _BY_GROUP.items() for rule in GROUPS[group]}
"""Rule about a household as a whole → the form that it is mended by."""


def way_to_mend(screen: Screen, hit: Hit) -> tuple[str, str] | None:
    """Words and address of where it is mended, of who may not write where it is seen; None where there is no page."""
    record, place = hit.mark.record, {"region": hit.village}
    if record in ("problem", "task"):
        return "去办理", screen.link(PROBLEMS, **place, kind=record, code=hit.mark.key)
    if record in ("project", "project_return") and hit.household is None:
        return "去核对", screen.link(PROJECT, **place, project=hit.mark.key.partition(":")[0])
    if hit.household is None:
        return None
    if not screen.viewer.may(WRITE, HOUSEHOLDS):
        return "看户档案", screen.link(HOUSEHOLD, **place, household=hit.household)
    if record == "episode" and screen.viewer.may(*MONITORING.rights[0]):
        return "去办理", f"{screen.link(HOUSEHOLD, **place, household=hit.household)}#monitoring"
    form = _FIELDS.get((record, hit.rule.field)) or _FORMS.get(record) or _FORM_OF.get(hit.rule.id) or "facts"
    return "去改", screen.link(HOUSEHOLD, **place, household=hit.household, do=form)
