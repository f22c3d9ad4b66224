"""What a sender of files said about a layout of headings: it holds for his next file of the same layout."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from data.clock import written
from data.imports.jobs import Job
from data.intake.questions import Answers, Question
from data.model import column_choice
from data.store.engine import upsert


def remembered(connection: Connection, region: str) -> dict[str, str]:
    """Layout → what somebody of this very region said last."""
    one = column_choice.c
    rows = connection.execute(select(one.layout, one.choice).where(one.region == region))
    return {layout: json.loads(choice) for layout, choice in rows}


def answers_of(engine: Engine, job: Job) -> Answers:
    """What was answered to a job, and before that of layouts by its sender."""
    with engine.connect() as connection:
        return {**remembered(connection, job.region), **job.answers}


def remember(
    connection: Connection, region: str, questions: Iterable[Question], answers: Answers, *, actor: str, now: datetime
) -> None:
    """Keep what was answered to questions about layouts; inside the caller's transaction."""
    said = {
        one.layout: answers[one.id]
        for one in questions
        if one.layout and answers.get(one.id) in one.options and one.id in answers
    }
    rows = [(region, layout, json.dumps(value), actor, written(now)) for layout, value in said.items()]
    upsert(connection, column_choice, ("region", "layout", "choice", "actor", "at"), rows)
