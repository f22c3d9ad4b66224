"""The steps of a monitored case as the sheet 监测步骤 writes them, and as officials write them otherwise.

Which of them a step comes to, and what a case is then, is ``data.monitoring``'s.
"""

STEPS = {
    "begin": "立案", "visit": "入户核查", "compare": "信息比对", "green": "启用绿色通道", "discuss": "民主评议",
    "reject": "评议未通过", "publish": "村内公示", "object": "公示有异议", "report": "上报乡镇",
    "township": "乡镇审核", "county": "县级审定", "return": "退回补正", "refuse": "不予纳入", "void": "撤销",
    "include": "公告纳入", "propose": "提出帮扶消除", "propose_natural": "提出自然消除",
    "removal_visit": "消除入户核实", "removal_discuss": "消除民主评议", "removal_publish": "消除公示",
    "removal_report": "消除上报乡镇", "removal_township": "消除乡镇审核", "removal_county": "消除县级审定",
    "removal_return": "消除退回补正", "keep": "暂不消除", "remove": "公告风险消除",
}  # fmt: skip
"""Action of a case's way → its word, in the order in which they come within a day."""
STEP_ACTIONS, STEP_WORDS = tuple(STEPS), tuple(STEPS.values())
STEP_KEY = ("case_id", "action", "day")
"""What a workbook tells steps apart by; of several that agree in it, it has the last."""
_OTHER_WORDS = {
    "begin": ("线索", "受理", "申请", "自主申报", "提出申请"),
    "visit": ("核查", "入户", "风险研判", "入户调查", "调查核实"),
    "compare": ("比对", "部门比对", "数据比对", "家庭信息比对"),
    "green": ("绿色通道", "先行帮扶"),
    "discuss": ("评议", "村民评议", "村级评议", "民主评议会"),
    "reject": ("评议不通过",),
    "publish": ("公示", "村级公示", "评议公示"),
    "object": ("公示异议",),
    "report": ("上报", "村级上报"),
    "township": ("乡镇初审", "镇级审核", "乡镇审核公示"),
    "county": ("县级审批", "县审定", "县级确认", "县审批"),
    "return": ("退回", "退回修改"),
    "refuse": ("不纳入", "不通过", "审核未通过", "审定未通过"),
    "include": ("公告", "纳入", "纳入监测", "县级公告", "识别"),
    "propose": ("消除申请", "申请消除", "提出消除", "提出风险消除"),
    "removal_visit": ("消除核查", "消除入户", "消除入户核查"),
    "removal_discuss": ("消除评议",),
    "removal_publish": ("消除村内公示",),
    "removal_report": ("消除上报",),
    "removal_township": ("消除审核",),
    "removal_county": ("消除审定",),
    "removal_return": ("消除退回",),
    "keep": ("继续监测", "不予消除"),
    "remove": ("风险消除", "消除公告", "消除"),
}
FORMER_STEPS = tuple((word, action) for action, words in _OTHER_WORDS.items() for word in words)
"""What else is read → the action that is taken for it."""
