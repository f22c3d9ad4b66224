"""``/day`` as HTML, and the script that opens it without network."""

import hashlib
import json
from functools import cache
from pathlib import Path

from starlette.responses import HTMLResponse

from components.server.plain import PlainPages
from components.server.sealed import DAY
from data.access.roles import DAYS, ROLES, WRITE, allows
from data.days.entries import LONGEST
from data.terms import DAY_KINDS

HERE = Path(__file__).resolve().parent
SCRIPT = HERE.parent / "static" / "day.js"
_pages = PlainPages(HERE / "templates", "day.css", referrer="same-origin", scripted=True)
HEADERS = _pages.headers
_ROLES = [(role, name) for role, name in ROLES.items() if allows(role, WRITE, DAYS)]
"""Who writes records, and so may be played on demonstration data."""
_WORKER = """// Opens the page of the daily record without network. It keeps the page and its script, which name nobody.
const NAME = "day-%(tag)s", SHELL = %(shell)s;
const shell = (path) => fetch(path, { cache: "no-cache", redirect: "error" }).then((answer) => {
  if (!answer.ok) throw new Error(path);
  return caches.open(NAME).then((cache) => cache.put(path, answer.clone())).then(() => answer);
});
self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(Promise.all(SHELL.map(shell)));
});
self.addEventListener("activate", (event) => event.waitUntil(caches.keys().then((names) => Promise.all(
  names.filter((name) => name.startsWith("day-") && name !== NAME).map((name) => caches.delete(name)),
)).then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url), path = url.pathname + url.search;
  if (event.request.method !== "GET" || url.origin !== self.origin) return;
  if (event.request.mode === "navigate" && url.pathname === SHELL[0])
    event.respondWith(fetch(event.request).catch(() => caches.match(SHELL[0])));
  else if (path === SHELL[1]) event.respondWith(caches.match(path).then((held) => held || fetch(event.request)));
});
"""


@cache
def script_url() -> str:
    """The address of the page's script, which changes with what it holds."""
    return f"/assets/map/{SCRIPT.name}?v={_tag(SCRIPT.read_bytes())}"


def page(problem: str = "", status: int = 200) -> HTMLResponse:
    """The page, the same for everybody: who is signed in and what he may write of, its script asks for. With a
    ``problem`` it says that alone."""
    told = {"problem": problem, "script": "" if problem else script_url()}
    return _pages.page("day.html", status, None, roles=_ROLES, kinds=list(DAY_KINDS.items()), longest=LONGEST, **told)


@cache
def worker() -> str:
    """The service worker; another page or script makes it another, which the browser then takes in its place."""
    tag = _tag(bytes(page().body))
    return _WORKER % {"tag": tag, "shell": json.dumps([DAY, script_url()])}


def _tag(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
