"""收益分配: the list of plans, one plan with its way, the sheet on which a draft is typed."""
