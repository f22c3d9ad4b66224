"""Papers and photos as cards: the small picture, what it is, of when; a click opens the whole beside the page."""

import pandas as pd

from components.drawing.markup import escape, link
from components.drawing.tables import Row
from components.drawing.wording import day
from components.server.archive_routes import archive_url
from components.shell.photos import picture_of
from components.shell.screen import Screen
from data.archives.files import PDF, WAV

_MARKS = {PDF: "PDF", WAV: "录音"}


def cards_markup(screen: Screen, rows: pd.DataFrame, of: str = "household") -> str:
    """``rows`` as of ``archives.archives_of_project``, or with ``of="project"`` of ``project_archives.listed``."""
    listed = "".join(f"<li>{card_markup(screen, row, of)}</li>" for row in rows.itertuples())
    return f'<ul class="papers">{listed}</ul>'


def card_markup(screen: Screen, row: Row, of: str = "household") -> str:
    """One row of them."""
    picture = picture_of(screen, row.digest)
    mark = f"<i>{_MARKS[row.media_type]}</i>" if row.media_type in _MARKS else ""
    dated = day(row.dated) if row.dated else f"{day(row.added)}存入"
    kind = f"<span>{escape(row.kind)}</span>" if row.kind != row.title else ""
    inner = f'<span class="frame">{picture}{mark}</span><b>{escape(row.title)}</b>{kind}<span>{dated}</span>'
    url = archive_url(screen.engine, screen.viewer, row.id, of, screen.signed)
    return link(inner, url, style="paper", data_tab="1", title=f"打开{row.kind}：{row.title}（{_size(row.size)}）")


def _size(size: int) -> str:
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(size // 1024, 1)} KB"
