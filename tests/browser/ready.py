"""When a Streamlit page has come to rest: nothing asked of the server is without its answer, nothing drawn is stale."""

import itertools

from playwright.sync_api import BrowserContext, Page, expect

SECONDS = 120
"""How long anything is waited for: it is reached only where something is wrong, however slow the machine."""

_WIRE = """(() => {
  if (window !== window.top) return;
  // Field numbers of Streamlit's messages: BackMsg 11 asks for a run and 16 for places to upload to;
  // ForwardMsg 4 says that a run begins, 6 that one ended (2: only to begin anew), 19 where to upload to.
  const wire = (window.wire = {run: "", places: 0, requests: 0});
  const field = (data) => {
    const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength);
    let at = 0;
    const number = () => {
      for (let value = 0, shift = 1; ; shift *= 128) {
        const byte = bytes[at++];
        value += (byte & 127) * shift;
        if (byte < 128) return value;
      }
    };
    while (at < bytes.length) {
      const tag = number(), value = number();
      if (tag >> 3 > 2) return [tag >> 3, value];
      at += value;  // what comes before the type, hash and metadata, is told by its length
    }
    return [0, 0];
  };
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener("close", () => Object.assign(wire, {run: "", places: 0}));
      this.addEventListener("message", ({data}) => {
        if (!(data instanceof ArrayBuffer)) return;
        const [type, value] = field(data);
        if (type === 4 && wire.run) wire.run = "begun";
        if (type === 6 && value !== 2 && wire.run === "begun") wire.run = "";
        if (type === 19) wire.places -= 1;
      });
    }
    send(data) {
      if (typeof data !== "string") {
        const [type] = field(data);
        if (type === 11) wire.run = "asked";
        if (type === 16) wire.places += 1;
      }
      super.send(data);
    }
  };
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (...given) {
    wire.requests += 1;
    this.addEventListener("loadend", () => { wire.requests -= 1; });
    send.apply(this, given);
  };
})()"""

_CALM = """({call, quiet, looks}) => {
  const rested = '[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]';
  const busy = '[data-testid=stSkeleton], [data-testid=stAppSkeleton], [data-testid=stSpinner], [data-stale=true]';
  const {run, places, requests} = window.wire, now = performance.now();
  if (run || places > 0 || requests > 0 || !document.querySelector(rested) || document.querySelector(busy)) {
    window.calm = null;
    return false;
  }
  if (window.calm?.call !== call) window.calm = {call, since: now, looks: 0};
  window.calm.looks += 1;
  return now - window.calm.since >= quiet && window.calm.looks > looks;
}"""
_calls = itertools.count(1)


def watch(context: BrowserContext) -> BrowserContext:
    """Let the pages of the context keep count of what they asked of the server; ``ready`` needs it. Before any page."""
    context.set_default_timeout(SECONDS * 1000)
    context.add_init_script(_WIRE)
    return context


def ready(page: Page) -> Page:
    """Wait until every run that the page asked for has ended, every upload arrived, and nothing is loading or stale.

    This must last 250 ms and five looks (a browser that gets no time sees nothing change), within which Streamlit
    sends what a click, a key or the way back set going; give the page. Raises playwright's TimeoutError.
    """
    page.wait_for_function(_CALM, arg={"call": next(_calls), "quiet": 250, "looks": 5}, polling=50)
    return page


def typed(page: Page, *texts: str) -> None:
    """Fill in a page of the doors by keys alone, from its first field on, which has the focus once the page stands."""
    expect(page.locator("[autofocus]")).to_be_focused()
    for at, text in enumerate(texts):
        if at:
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
