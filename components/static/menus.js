// The menus of the header: they open by click, by the mouse that comes over them and from the keyboard (arrows move,
// Escape closes and the focus goes back); on a phone one button opens all of them. So do the small menus of printing and
// of help, which a question mark opens from anywhere.
// Markup is drawn anew with the page: whatever is open is closed by that.
(() => {
  if (window.warRoomMenus) return;
  window.warRoomMenus = true;
  const OPENS = ".menus .group > button, .menu-button", SMALL = "details.printing, details.help";
  const near = (target, what) => (target instanceof Element ? target.closest(what) : null);
  const isOpen = (button) => button?.getAttribute("aria-expanded") === "true";
  const set = (button, open) => {
    if (!button) return;
    button.setAttribute("aria-expanded", String(open));
    if (!open) delete button.dataset.hovered;
    if (button.matches(".menu-button")) button.textContent = open ? "收起" : "菜单";
  };
  const opened = () => [...document.querySelectorAll(OPENS)].filter(isOpen);
  const close = (but) => {
    opened().filter((button) => button !== but).forEach((button) => set(button, false));
    document.querySelectorAll(SMALL).forEach((one) => { if (one !== but) one.open = false; });
  };
  const buttonOf = (target) => near(target, ".menus .group")?.querySelector("button");
  const onDesk = () => !document.querySelector(".menu-button")?.getClientRects().length;

  document.addEventListener("pointerover", (event) => {
    const button = buttonOf(event.target);
    if (event.pointerType !== "mouse" || !button || isOpen(button) || !onDesk()) return;
    close(button);
    set(button, true);
    button.dataset.hovered = "";
  });
  document.addEventListener("pointerout", (event) => {
    const button = buttonOf(event.target);
    if (button && "hovered" in button.dataset && buttonOf(event.relatedTarget) !== button) set(button, false);
  });
  document.addEventListener("click", (event) => {
    const button = near(event.target, OPENS);
    if (button) {
      const pinned = "hovered" in button.dataset; // what the mouse has opened a click keeps open
      close(button);
      set(button, pinned || !isOpen(button));
      delete button.dataset.hovered;
    } else if (near(event.target, ".stHtml a") || !near(event.target, ".st-key-shell:has(.menu-button[aria-expanded=true])")) {
      close(near(event.target, SMALL));
    }
  });
  document.addEventListener("focusin", (event) => {
    if (!onDesk()) return;
    const button = buttonOf(event.target);
    opened().filter((one) => one !== button && !("hovered" in one.dataset)).forEach((one) => set(one, false));
  });

  /* Of a page's help alone a sheet: static/sheet.js leaves the page as it is then. */
  document.addEventListener("click", (event) => {
    const text = near(event.target, "[data-help=print]")?.closest("section");
    if (!text) return;
    const paper = Object.assign(document.createElement("main"), { className: "help-paper help-text", innerHTML: text.innerHTML });
    document.body.append(paper);
    document.body.classList.add("help-printed");
    window.print();
    document.body.classList.remove("help-printed");
    paper.remove();
  });

  const first = (button, last = false) => {
    const links = [...button.parentElement.querySelectorAll(".menu a")];
    set(button, true);
    links.at(last ? -1 : 0)?.focus();
  };
  const along = (list, from, step) => list[(list.indexOf(from) + step + list.length) % list.length];
  const moves = {
    ArrowDown: (button, link, links) => (link ? along(links, link, 1).focus() : first(button)),
    ArrowUp: (button, link, links) => (link ? along(links, link, -1).focus() : first(button, true)),
    Home: (button, link, links) => link && links[0].focus(),
    End: (button, link, links) => link && links.at(-1).focus(),
    ArrowRight: (button, link, links, buttons) => aside(button, link, buttons, 1),
    ArrowLeft: (button, link, links, buttons) => aside(button, link, buttons, -1),
  };
  const aside = (button, link, buttons, step) => {
    const next = along(buttons, button, step), open = isOpen(button);
    close(next);
    if (link || open) first(next);
    else next.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const small = [...document.querySelectorAll(SMALL)].find((one) => one.open), button = opened().at(-1);
      if (!small && !button) return;
      close();
      (button ?? small.querySelector("summary")).focus();
      return;
    }
    if (/^[?？]$/.test(event.key) && !near(event.target, "input, textarea, select, canvas, [contenteditable]")) {
      const help = document.querySelector("details.help");
      if (!help || near(event.target, "[role=dialog]")) return;
      close(help);
      help.open = !help.open;
      if (!onDesk()) set(document.querySelector(".menu-button"), help.open);
      help.querySelector("summary").focus();
      return;
    }
    const button = buttonOf(event.target), move = moves[event.key];
    if (!button || !move || !onDesk() || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const links = [...button.parentElement.querySelectorAll(".menu a")];
    move(button, near(event.target, ".menu a"), links, [...document.querySelectorAll(".menus .group > button")]);
  });
})();
