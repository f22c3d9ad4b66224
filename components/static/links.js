// Links to our own pages change the page inside the running session: Streamlit answers to "popstate" by drawing what
// the address bar says. Without this script they are ordinary links and load the page anew. One with data-tab is no page
// of the session and opens beside it: Streamlit takes "target" out of markup.
(() => {
  if (window.warRoomLinks) return;
  window.warRoomLinks = true;
  const PLAIN_PAGE = /^\/(theme\/.*|made\/.*|login|logout|password|second|day)$/; // the server's own, not the session's
  const plain = (event) =>
    event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey && !event.defaultPrevented;
  // Parts of a page that a phone shows as headings: which are open stands at the root, by their names.
  const root = document.documentElement;
  const opened = () => new Set(root.dataset.open?.split(" "));
  const folds = (element) => {
    const found = [];
    for (let one = element; one; one = one.parentElement) {
      if (one.matches(".part[id]")) found.push(one.id);
      const named = /st-key-part_(\w+)/.exec(one.className?.baseVal ?? one.className ?? "");
      if (named) found.push(named[1]);
    }
    return found;
  };
  const unfold = (names) => { root.dataset.open = [...new Set([...opened(), ...names])].join(" "); };
  document.addEventListener("click", (event) => {
    const title = event.target instanceof Element && event.target.closest(".part[id] > h2, [class*=st-key-part_] h2");
    if (!title || !matchMedia("(max-width: 640px)").matches) return;
    const names = folds(title), open = opened();
    if (names.every((one) => open.has(one))) root.dataset.open = [...open].filter((one) => one !== names[0]).join(" ");
    else unfold(names);
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest(".door-more")) document.body.classList.toggle("door-open");
    else if (!(event.target instanceof Element) || !event.target.closest("[role=dialog]")) document.body.classList.remove("door-open");
  });
  document.addEventListener("click", (event) => {
    const within = event.target instanceof Element && event.target.closest(".stHtml a[href^='#']");
    if (within && plain(event)) {
      event.preventDefault();
      const place = within.hash.slice(1);
      unfold([place, ...folds(document.getElementById(place))]);
      document.getElementById(place)?.scrollIntoView();
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
