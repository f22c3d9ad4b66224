// What was typed into an open form is not lost by a slip: closing it unsaved, or leaving the page, asks first.
(() => {
  if (window.warRoomForms) return;
  window.warRoomForms = true;
  let touched = null;  // the form that was typed into
  const open = () => touched?.isConnected && document.querySelector("[data-testid=stDialog]");
  const touch = (event) => {
    const form = event.target instanceof Element && event.target.closest("[data-testid=stDialog] [data-testid=stForm]");
    if (form) touched = form;
  };
  const ask = (event) => {
    if (!open()) return;
    if (window.confirm("填的内容还没有保存，关闭后就没有了。确定关闭吗？")) touched = null;
    else {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  };
  document.addEventListener("input", touch, true);
  document.addEventListener("change", touch, true);
  document.addEventListener("click", (event) => {
    const on = event.target instanceof Element ? event.target : null;
    if (on?.closest("[data-testid=stDialog] [data-testid=stForm] [data-testid=stButtonGroup] button")) touch(event);
    else if (on?.closest("[data-testid=stDialog] button[aria-label=Close]")) ask(event);
  }, true);
  // A press beside the form closes it. The rest of a refused press must not close it either.
  let refused = false;
  for (const kind of ["pointerdown", "mousedown", "touchstart", "pointerup", "mouseup", "touchend", "click"])
    document.addEventListener(kind, (event) => {
      const on = event.target instanceof Element ? event.target : null;
      if (!on || !open() || on.closest("[role=dialog], [data-baseweb], .react-aria-Popover, [role=listbox]")) return;
      if (kind === "pointerdown") {
        ask(event);
        refused = event.defaultPrevented;
      } else if (refused) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    }, { capture: true, passive: false });
  document.addEventListener("keydown", (event) => {
    const inner = document.querySelector("[role=listbox], [role=grid], [data-baseweb=calendar]");
    if (event.key === "Escape" && !inner) ask(event);
  }, true);
  window.addEventListener("beforeunload", (event) => {
    if (open() || document.querySelector("p.unsaved")) event.preventDefault();
  });
})();
