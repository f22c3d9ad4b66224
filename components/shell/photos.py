"""Photos small on a page: each a picture of its own, which a click opens whole."""

from base64 import b64encode

from components.drawing.markup import escape, link
from components.server.archive_routes import archive_url
from components.shell.screen import Screen
from data.archives.files import thumbnail


def picture_of(screen: Screen, digest: str, alt: str = "") -> str:
    """The small picture of a file; '' where it has none."""
    small = thumbnail(screen.engine, digest)
    return f'<img alt="{escape(alt)}" src="data:image/jpeg;base64,{b64encode(small).decode()}">' if small else ""


def photo_markup(screen: Screen, id: int, digest: str, of: str, title: str) -> str:
    """A photo alone; ``of`` as of ``archive_url``."""
    url = archive_url(screen.engine, screen.viewer, id, of, screen.signed)
    return link(picture_of(screen, digest, title), url, data_tab="1", title=title)
