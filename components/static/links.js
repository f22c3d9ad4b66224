// Links to our own pages change the page inside the running session: Streamlit answers to "popstate" by drawing what
// the address bar says. Without this script they are ordinary links and load the page anew.
(() => {
  if (window.warRoomLinks) return;
  window.warRoomLinks = true;
  const plain = (event) =>
    event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey && !event.defaultPrevented;
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest(".stHtml a[href^='/']");
    if (!link || !plain(event) || link.target === "_blank" || link.pathname.startsWith("/theme/")) return;
    event.preventDefault();
    if (link.href === location.href) return;
    history.pushState({}, "", link.href);
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
    if (!("stay" in link.dataset)) document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  });
})();
