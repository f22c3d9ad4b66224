// What was typed into an open form is not lost by a slip: closing it unsaved, or leaving the page, asks first. Beside
// that it is kept as a draft in this tab alone (sessionStorage), under whose, which household's and which form's it is,
// until it is saved, thrown away, signed out of or fourteen days old; a form that is opened again offers it.
(() => {
  if (window.warRoomForms) return;
  window.warRoomForms = true;
  let touched = null, typed = null;  // the form that was typed into, and the dialog
  const DRAFT = "draft ", OLDEST = 14 * 24 * 3600 * 1000, DIALOG = "[data-testid=stDialog]";
  const FIELDS = "[data-testid=stTextInput], [data-testid=stTextArea], [data-testid=stNumberInput], [data-testid=stSelectbox], [data-testid=stDateInput], [data-testid=stButtonGroup]";
  const name = (field) => {
    const keyed = field.closest("[class*=st-key-door_], [class*=st-key-case_]")?.className ?? "";
    return (/st-key-door_(\S+)_\d+(?!\S)/.exec(keyed) ?? /st-key-case_(\S+)/.exec(keyed))?.[1];
  };
  const days = (field) => [...field.querySelectorAll("[role=spinbutton]")];
  const held = (field) => {
    if (field.dataset.testid === "stDateInput") return days(field).map((part) => part.textContent).join("-");
    if (field.dataset.testid === "stButtonGroup") return field.querySelector("button[aria-checked=true]")?.innerText.trim() ?? "";
    return field.querySelector("input, textarea")?.value ?? "";
  };
  const drafts = () => Object.keys(sessionStorage).filter((key) => key.startsWith(DRAFT));
  const drop = (key) => sessionStorage.removeItem(DRAFT + key);
  const place = () => document.querySelector(`${DIALOG} .draft[data-draft]`);
  let late = 0;
  const keep = () => {
    const here = place();
    if (!here || !typed?.isConnected) return;
    const fields = [...document.querySelectorAll(DIALOG)].flatMap((one) => [...one.querySelectorAll(FIELDS)]);
    const told = fields.map((field) => [name(field), held(field)]).filter(([each]) => each);
    sessionStorage.setItem(DRAFT + here.dataset.draft, JSON.stringify({ at: Date.now(), told }));
    here.replaceChildren();
  };
  const soon = () => {
    clearTimeout(late);
    late = setTimeout(keep, 300);
  };
  const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const found = async (each) => {
    for (let tries = 0; tries < 40; tries += 1, await wait(100)) {
      const field = [...document.querySelectorAll(`${DIALOG} :is(${FIELDS})`)].find((one) => name(one) === each);
      if (field && document.querySelector("[data-test-script-state=notRunning]")) return field;
    }
    return null;
  };
  const type = (input, text) => {
    const kind = input instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(input, text);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const fill = async (field, text) => {
    if (field.dataset.testid === "stButtonGroup")
      [...field.querySelectorAll("button")].find((one) => one.innerText.trim() === text)?.click();
    else if (field.dataset.testid === "stDateInput") {
      const parts = text.split("-");
      for (const [place, part] of days(field).entries())
        for (const digit of parts[place] ?? "")
          part.dispatchEvent(new InputEvent("beforeinput", { data: digit, inputType: "insertText", bubbles: true, cancelable: true }));
    } else if (field.dataset.testid === "stSelectbox") {
      const input = field.querySelector("input");
      input.focus();
      type(input, text);
      await wait(150);
      [...document.querySelectorAll("[role=option]")].find((one) => one.innerText.trim() === text)?.click();
    } else {
      const input = field.querySelector("input, textarea");
      input.focus();
      type(input, text);
      input.blur();
    }
  };
  const restore = async (told) => {
    for (const [each, text] of told) {
      const field = text && (await found(each));
      if (!field || held(field) === text) continue;
      await fill(field, text);
      if (!field.closest("[data-testid=stForm]")) await wait(400);  // it asks for other fields
    }
    typed = document.querySelector(DIALOG);
    touched = typed?.querySelector("[data-testid=stForm]") ?? touched;
    keep();
  };
  window.warRoomDrafts = {
    drop,
    /** Only whose they are finds them: drafts of others who used this tab, and old ones, go. */
    mine(who) {
      for (const key of drafts()) {
        const { at } = JSON.parse(sessionStorage.getItem(key));
        if (!key.startsWith(`${DRAFT}${who} `) || Date.now() - at > OLDEST) sessionStorage.removeItem(key);
      }
    },
    offer(key) {
      const kept = JSON.parse(sessionStorage.getItem(DRAFT + key) ?? "null"), here = place();
      if (!kept || !here || here.childElementCount || typed?.isConnected) return;
      const said = document.createElement("p"), when = new Date(kept.at);
      said.textContent = `${when.getMonth() + 1}月${when.getDate()}日 ${String(when.getHours()).padStart(2, "0")}:${String(when.getMinutes()).padStart(2, "0")} 填了一半，没有保存（照片要重新选）。`;
      const button = (words, act) => {
        const made = document.createElement("button");
        made.type = "button";
        made.textContent = words;
        made.addEventListener("click", () => {
          here.replaceChildren();
          act();
        });
        return made;
      };
      here.append(said, button("恢复上次未保存的填写", () => restore(kept.told)), button("丢弃", () => drop(key)));
    },
  };
  const open = () => touched?.isConnected && document.querySelector("[data-testid=stDialog]");
  const touch = (event) => {
    const on = event.isTrusted && event.target instanceof Element && event.target.closest(DIALOG);
    if (!on) return;
    touched = event.target.closest("[data-testid=stForm]") ?? touched;
    typed = on;
    soon();
  };
  const ask = (event) => {
    if (!open()) return;
    if (window.confirm("填的内容还没有保存，关闭后就没有了。确定关闭吗？")) {
      touched = typed = null;
      if (place()) drop(place().dataset.draft);
    } else {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  };
  document.addEventListener("input", touch, true);
  document.addEventListener("change", touch, true);
  document.addEventListener("keyup", (event) => {
    if (event.target instanceof Element && event.target.closest("[role=spinbutton]")) touch(event);
  }, true);
  document.addEventListener("click", (event) => {
    const on = event.target instanceof Element ? event.target : null;
    if (on?.closest("[data-testid=stDialog] [data-testid=stForm] [data-testid=stButtonGroup] button")) touch(event);
    else if (on?.closest("[role=option]") && typed?.isConnected) soon();
    else if (on?.closest(".st-key-sign_out button, a[href^='/logout']")) for (const key of drafts()) sessionStorage.removeItem(key);
    else if (on?.closest("[data-testid=stDialog] button:is([aria-label=Close], [aria-label=关闭])")) ask(event);
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
  /* The other theme opens the page anew: what stands unsaved in a form of the page itself is asked about before. */
  let written = null;
  document.addEventListener("input", (event) => {
    const form = event.isTrusted && event.target instanceof Element && event.target.closest("[data-testid=stForm]");
    if (form && !form.closest(DIALOG)) written = form;
  }, true);
  document.addEventListener("click", (event) => {
    const on = event.target instanceof Element ? event.target : null;
    if (on?.closest("[data-testid=stFormSubmitButton]")) written = null;
    if (!on?.closest("a[href^='/theme/']") || !written?.isConnected) return;
    if (window.confirm("切换界面要重新打开本页，填了还没有保存的内容会丢失。仍要切换吗？")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  // One press saves once, however long the server takes: until it has answered, the same button is deaf. A press after
  // something was put right is another one, however soon.
  let pressed = null, since = 0;
  document.addEventListener("input", () => { since = 0; }, true);
  document.addEventListener("click", (event) => {
    const on = event.target instanceof Element && event.target.closest("[data-testid=stFormSubmitButton] button");
    if (!on) return;
    const runs = document.querySelector("[data-test-script-state=running]") || Date.now() - since < 700;
    if (on === pressed && runs) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    pressed = on;
    since = Date.now();
  }, true);
  window.addEventListener("beforeunload", (event) => {
    if (open() || document.querySelector("p.unsaved")) event.preventDefault();
  });
})();
