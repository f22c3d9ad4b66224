"""When a Streamlit page has come to rest."""

import itertools

from playwright.sync_api import Page

_CALM = """({call, quiet}) => {
  const rested = '[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]';
  const busy = '[data-testid=stSkeleton], [data-testid=stAppSkeleton], [data-testid=stSpinner], [data-stale=true]';
  const now = performance.now();
  if (!document.querySelector(rested) || document.querySelector(busy)) { window.calm = null; return false; }
  if (window.calm?.call !== call) window.calm = {call, since: now};
  return now - window.calm.since >= quiet;
}"""
_calls = itertools.count(1)


def ready(page: Page, *, seconds: float = 30) -> Page:
    """Wait until the script has ended and nothing on the page has been loading or stale for 200 ms; give the page.

    A click reaches the server within that time, so that this also waits for what a click sets going.
    Raises playwright's TimeoutError.
    """
    page.wait_for_function(_CALM, arg={"call": next(_calls), "quiet": 200}, polling=50, timeout=seconds * 1000)
    return page
