"""What is offered for an import: which buttons, and the sentences that say what each will do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from components.imports.acts import Act
from data.imports.jobs import Job
from data.imports.way import DRAFT
from data.imports.workbooks import VALID_ROWS
from data.intake.demonstration import REPLACE
from data.workbook.kept import KEPT
from data.workbook.sheets import LEDGER

_NONE: Mapping[str, int] = {}


@dataclass(frozen=True)
class Findings:
    """What a check found: group → rows; rows that are ``left`` out, conflicts in which the file's value is ``taken``,
    and in how many ``villages`` something is new or changes."""

    counts: Mapping[str, int] = field(default_factory=lambda: _NONE)
    left: int = 0
    taken: int = 0
    villages: int = 0

    @property
    def writes(self) -> int:
        """How many rows would be written, and conflicts taken."""
        return max(self.counts.get("new", 0) + self.counts.get("changed", 0) - self.left, 0) + self.taken


def offers(job: Job, allowed: frozenset[str], found: Findings) -> list[Act]:
    """The steps that the viewer may take, as they are offered, what leads on first."""
    acts = []
    ready = not why_not(job, found)
    if "write" in allowed and ready:
        acts.append(Act("write", f"写入 {found.writes:,} 条", write_says(job, found), serious=True))
    if "submit" in allowed and ready:
        says = (*write_says(job, found), "报上去以后由乡镇看过再写入；退回的会写明原因。")
        acts.append(Act("submit", "报乡镇审核", says))
    if "return" in allowed:
        acts.append(Act("return", "退回修改", ("退给递交的村，一条也不写入；对方按您写的原因改。",), reason=True))
    if "answer" in allowed and job.state == DRAFT:
        acts += _checks(job, found)
    if "withdraw" in allowed:
        acts.append(Act("withdraw", "作废", ("这批文件不再办理，没有写入任何数据；记录仍在。",)))
    return acts


def _checks(job: Job, found: Findings) -> list[Act]:
    """Checking once more: as it is, or for the good rows alone."""
    acts = []
    wrong = _number(job, "refused_rows")
    if job.answers.get(VALID_ROWS) == "1":
        back = ("重新校验；以后只要有一行有错误，就全部不写入。",)
        acts.append(Act("answer", "改为全部正确才写入", back, key="whole", answers={VALID_ROWS: ""}))
    elif wrong and not job.why:
        says = (
            f"有错误的 {wrong:,} 行不写入，连着它们的行（如没写入的户的成员）也不写入，其余的写入。",
            "不写入的行列在“不能写入”里，也在标注副本里，可以退给填表的人改好再交。",
            "先重新校验一次，结果出来后再由您确认写入。",
        )
        acts.append(Act("answer", "只写入正确的行", says, key="sound", answers={VALID_ROWS: "1"}))
    acts.append(Act("answer", "重新校验", ("按现在的数据再校验一次，不改动任何数据。",), key="again", answers={}))
    return acts


def why_not(job: Job, found: Findings) -> str:
    """Why it cannot be written as it is; '' where it can."""
    if job.why:
        return ""
    if not job.may_be_written:
        if wrong := _number(job, "refused_rows"):
            return f"有 {wrong:,} 行不能写入：下载标注副本改好后重新递交，或按“只写入正确的行”。"
        if _number(job, "refusals"):
            return "文件有错误，不能写入：照下面列的改好后重新递交。"
        return "还有问题没有回答，或没有读到能写入的行。"
    sheets = job.facts.get("sheets")
    if not found.writes and not (isinstance(sheets, dict) and KEPT in sheets):
        return "没有要写入的：文件与库中一致，或都已选择不写入。"
    return ""


def write_says(job: Job, found: Findings) -> tuple[str, ...]:
    """What writing will do, a sentence each."""
    counts = found.counts
    new, changed = counts.get("new", 0), counts.get("changed", 0)
    says = [f"新增 {new:,} 条，改动 {changed:,} 条" + (f"，涉及 {found.villages:,} 个村。" if found.villages else "。")]
    if REPLACE.items() <= job.answers.items():
        says.insert(0, "全部演示数据同时清空，不能恢复；以后只有您的真实数据。")
    if found.left:
        says.append(f"其中您选了不写入的 {found.left:,} 条不写入。")
    if conflicts := counts.get("conflict", 0):
        says.append(
            f"{conflicts:,} 行有冲突：{found.taken:,} 处采用文件的，其余保留系统里的。"
            if found.taken
            else f"{conflicts:,} 行有冲突，都保留系统里的。"
        )
    if refused := counts.get("refused", 0):
        says.append(f"{refused:,} 行有错误，不写入。")
    sheets = job.facts.get("sheets")
    if isinstance(sheets, dict) and LEDGER in sheets:
        says.append("收支改动到已闭账的月份时，那些月份的收入数字会随之改变。")
    says.append("写入后可以撤回；谁、何时、写入了什么都有记录。")
    return tuple(says)


def _number(job: Job, name: str) -> int:
    held = job.facts.get(name)
    return held if isinstance(held, int) else 0
