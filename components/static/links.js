// Links to our own pages change the page inside the running session: Streamlit answers to "popstate" by drawing what
// the address bar says. Without this script they are ordinary links and load the page anew. One with data-tab is no page
// of the session and opens beside it: Streamlit takes "target" out of markup.
(() => {
  if (window.warRoomLinks) return;
  window.warRoomLinks = true;
  const PLAIN_PAGE = /^\/(theme\/.*|login|logout|password|second)$/; // the server's own, not the session's
  const plain = (event) =>
    event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey && !event.defaultPrevented;
  document.addEventListener("click", (event) => {
    const within = event.target instanceof Element && event.target.closest(".stHtml a[href^='#']");
    if (within && plain(event)) {
      event.preventDefault();
      document.getElementById(within.hash.slice(1))?.scrollIntoView();
      return;
    }
    const link = event.target instanceof Element && event.target.closest(".stHtml a[href^='/']");
    if (!link || !plain(event) || link.target === "_blank" || PLAIN_PAGE.test(link.pathname)) return;
    event.preventDefault();
    if ("tab" in link.dataset) return void window.open(link.href, "_blank", "noopener");
    window.warRoomOpen(link.href, "stay" in link.dataset);
  });
  window.warRoomOpen = (url, stay = false) => {
    if (new URL(url, location.href).href === location.href) return;
    history.pushState({}, "", url);
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
    if (!stay) document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  };
})();
