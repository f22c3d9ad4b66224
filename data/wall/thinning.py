"""What is kept of nights long past: the last of each month; what other nights changed goes on to the next that is kept.

What was shown on a day that is kept stays what it was. The showings themselves stay: the log vouches for them.
"""

from datetime import date, timedelta

from sqlalchemy import Connection, and_, delete, exists, func, select, update

from data.model import figure_shown, showing

KEPT_DAYS = 400


def thin(connection: Connection, today: date) -> int:
    """Give up the nights of more than KEPT_DAYS ago that end no month; how many had anything to give up."""
    limit = (today - timedelta(days=KEPT_DAYS)).isoformat()
    s, row = showing.c, figure_shown.c
    month = func.substr(s.day, 1, 7)
    last = select(func.max(s.id)).where(s.name.is_(None)).group_by(month)
    past = and_(s.name.is_(None), s.day < limit, s.id.not_in(last))
    holding = exists(select(row.showing).where(row.showing == s.id))
    given_up = connection.execute(select(s.id).where(past, holding).order_by(s.id)).scalars().all()
    for night in given_up:
        heir = connection.execute(select(func.min(s.id)).where(s.id > night, ~past)).scalar_one()
        later = figure_shown.alias()
        newer = exists(
            select(later.c.showing).where(
                later.c.region == row.region,
                later.c.indicator == row.indicator,
                later.c.showing > night,
                later.c.showing <= heir,
            )
        )
        connection.execute(delete(figure_shown).where(row.showing == night, newer))
        connection.execute(update(figure_shown).where(row.showing == night).values(showing=heir))
    return len(given_up)
