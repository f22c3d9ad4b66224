// Any screen on one sheet of A4 or A3: the page is given the width, and the sheet the direction, at which most of it is
// seen largest. Where it would be smaller than 7 pt it is set tighter and maps become lower; then is left out, and said:
// rows at the end of the longest lists, then whole parts from the bottom of the page upward; headline figures, maps and the
// board of a village last.
(() => {
  if (window.warRoomSheet) return;
  const MM = 96 / 25.4, EDGE = 8, SHEETS = { A4: [210, 297], A3: [297, 420] };
  const LEAST = 0.72, MOST = 1.25, STEP = 0.04; // the smallest type of a screen, 13 px, at 0.72 is one of 7 pt
  const SPARE = 0.95; // of the height: on paper letters are a little wider than on the screen, and lines break earlier
  const ROWS = 8, FEW = 4; // of a list at least; of one for which there is else no room
  const NOTE = 44; // px of what the foot says of them
  const LOWEST = 300, STEP_DOWN = 20; // px of a map
  const SMALLEST = 13; // px
  const MUCH = 1e6; // more than there are letters on a page
  const CONTENT = "table, ol, ul, dl, img, a.tile, iframe, .js-plotly-plot";
  const KEPT = ".tiles, iframe, .board"; // parts that go last
  const LISTS = ".table tbody, ol.ranking, ul.overdue, ul.moved, ol.story, ul.papers, ul.stages, .lights";
  const all = (what, within = document) => [...within.querySelectorAll(what)];
  const shown = (element) => element.getClientRects().length > 0;
  const main = () => document.querySelector("[data-testid=stMainBlockContainer]");
  const undo = [];

  /* Change something until the sheet is printed. */
  const until = (make, back) => { make(); undo.push(back); };
  const style = (element, name, value) => {
    const [before, weight] = [element.style.getPropertyValue(name), element.style.getPropertyPriority(name)];
    until(() => element.style.setProperty(name, value, "important"), () => {
      element.style.setProperty(name, before, weight);
      if (!element.getAttribute("style")) element.removeAttribute("style");
    });
  };

  /* Rules for paper hold now, those for a width of window go by the width of the page on the sheet. */
  const rules = function* (list) {
    for (const rule of list) {
      if (rule instanceof CSSMediaRule) yield rule;
      if (rule.cssRules?.length) yield* rules(rule.cssRules);
    }
  };
  const medias = () => [...document.styleSheets].flatMap((sheet) => [...rules(sheet.cssRules)]).map((rule) => [rule, rule.media.mediaText]);
  const holds = (text, width) => text.split(",").some((one) => {
    if (/\bprint\b/.test(one)) return true;
    if (/\bscreen\b/.test(one)) return false;
    const wide = [...one.matchAll(/\((min|max)-width:\s*([\d.]+)(px|r?em)\)/g)];
    if (!wide.length) return matchMedia(one).matches;
    return wide.every(([, end, number, unit]) => {
      const at = Number(number) * (unit === "px" ? 1 : 16);
      return end === "min" ? width >= at : width <= at;
    });
  });
  const asFor = (width, found) => found.forEach(([rule, text]) => {
    const now = holds(text, width) ? "all" : "not all";
    if (rule.media.mediaText !== now) rule.media.mediaText = now;
  });

  /* Charts and maps follow their place at once: nothing that waits is waited for before a sheet. */
  const charts = () => all(".js-plotly-plot").forEach((plot) => {
    const layers = all(".main-svg", plot), box = layers[0]?.parentElement;
    if (!box) return;
    const [width, height] = ["width", "height"].map((side) => Number(layers[0].getAttribute(side)));
    for (const layer of layers) {
      until(() => layer.setAttribute("viewBox", `0 0 ${width} ${height}`), () => layer.removeAttribute("viewBox"));
      style(layer, "width", "100%");
      style(layer, "height", "100%");
    }
    for (const one of [plot, box]) { style(one, "width", "100%"); style(one, "height", "auto"); }
    style(box, "aspect-ratio", `${width} / ${height}`);
    style(box, "max-width", `${width * 1.2}px`);
    for (let up = plot.parentElement; up && up.dataset.testid !== "stElementContainer"; up = up.parentElement) style(up, "height", "auto");
    style(plot.closest("[data-testid=stElementContainer]"), "height", "auto");
  });
  const maps = () => all("iframe").forEach((frame) => frame.contentWindow?.warRoomFrames?.forEach((map) => map.resized()));

  /* What a frame shows is not scaled with the page on paper: in its place stands a copy of it. */
  const copied = () => all("iframe", main()).filter(shown).forEach((frame) => {
    const inner = frame.contentDocument, map = inner?.querySelector(".leaflet-container");
    if (!map) return;
    const place = document.createElement("div"), copy = map.cloneNode(true), drawn = all("canvas", map);
    const css = [...inner.styleSheets].flatMap((sheet) => [...sheet.cssRules]).map((rule) => rule.cssText).join("\n");
    copy.style.cssText += `; width: ${map.clientWidth}px !important; height: ${map.clientHeight}px !important; overflow: hidden`;
    copy.querySelector(".leaflet-control-container")?.remove();
    all("canvas", copy).forEach((canvas, number) => canvas.width && canvas.getContext("2d").drawImage(drawn[number], 0, 0));
    place.className = "sheet-map";
    place.attachShadow({ mode: "open" }).append(Object.assign(document.createElement("style"), { textContent: css }), copy);
    until(() => frame.after(place), () => place.remove());
    style(frame, "display", "none");
  });

  const foot = () => document.querySelector(".sheet-foot");
  const high = () => Math.ceil(main().getBoundingClientRect().height);
  const room = (paper, lying) => {
    const [short, long] = SHEETS[paper].map((side) => (side - 2 * EDGE) * MM);
    return (lying ? [long, short] : [short, long]).map((side, place) => Math.floor(side * (place ? SPARE : 1)));
  };
  /* Laid out as on the sheet: so wide at this scale. */
  const laid = (wide, scale, found) => {
    asFor(Math.floor(wide / scale), found);
    main().style.setProperty("width", `${Math.floor(wide / scale)}px`, "important");
    main().style.setProperty("zoom", scale);
  };

  /* The direction and scale at which all of it fits, the largest first. */
  const fitting = (paper, found) => {
    for (let scale = MOST; scale > LEAST; scale -= STEP)
      for (const lying of [true, false]) {
        const [wide, tall] = room(paper, lying);
        laid(wide, scale, found);
        if (high() <= tall) return { lying, scale };
      }
    return null;
  };

  const listed = (list) => [...list.children].filter(shown);
  const taken = () => document.querySelector("[data-testid=stDownloadButton]");
  const out = (element) => { element.dataset.beyond = ""; };
  const back = (element) => { delete element.dataset.beyond; };

  const parts = (within) => all("[data-testid=stElementContainer]", within)
    .filter((part) => shown(part) && part.getBoundingClientRect().height && !part.closest(".st-key-shell") && !part.querySelector(".sheet-foot"));
  const bottom = (part) => part.getBoundingClientRect().bottom;
  /* How low a part may end, with what stands below all of them. */
  const line = (most) => main().getBoundingClientRect().top + most - (bottom(main()) - Math.max(...parts(main()).map(bottom)));

  /* Maps as low as they may be, for as long as something in their column, or all of the page, ends too low; whether
     there are maps. */
  const lower = (most) => all("iframe", main()).filter(shown).map((frame) => {
    const column = frame.closest("[data-testid=stColumn]") ?? main(), end = () => Math.max(...parts(column).map(bottom));
    const tall = parseFloat(getComputedStyle(frame).height);
    style(frame, "height", `${tall}px`);
    style(frame, "min-height", "0");
    for (let up = frame.parentElement; up && up !== column && up.dataset.testid !== "stVerticalBlock"; up = up.parentElement) {
      style(up, "height", "auto");
      style(up, "min-height", "0");
    }
    for (let now = tall - STEP_DOWN; end() > line(most) && now >= LOWEST; now -= STEP_DOWN)
      frame.style.setProperty("height", `${now}px`, "important");
  }).length > 0;

  /* Rows from the end of the list that has most, for as long as it makes the page shorter; list → rows left out. */
  const shorten = (most) => {
    const left = new Map(), open = () => new Set(all(LISTS, main()).filter((list) => listed(list).length > ROWS));
    let lists = open();
    while (high() > most && lists.size) {
      const list = [...lists].reduce((one, other) => (listed(other).length > listed(one).length ? other : one));
      const rows = listed(list), before = high(), tall = rows.at(-1).getBoundingClientRect().height || 24;
      const some = rows.slice(Math.max(ROWS, rows.length - Math.max(1, Math.ceil((before - most) / tall / 2))));
      some.forEach(out);
      if (high() < before) {
        left.set(list, [...some, ...(left.get(list) ?? [])]);
        lists = open(); // another column may be the longest now
      } else {
        some.forEach(back);
        lists.delete(list);
      }
    }
    return left;
  };
  /* As many of them again as there is room for, and what is missing then. */
  const refill = (most, left) => {
    for (const [list, rows] of left) {
      if (!shown(list)) continue;
      const note = Object.assign(document.createElement("p"), { className: "sheet-more", textContent: "共" });
      until(() => (list.closest(".table") ?? list).after(note), () => note.remove());
      while (rows.length) {
        back(rows[0]);
        if (high() > most && !out(rows[0])) break;
        rows.shift();
      }
      if (!rows.length) note.remove();
      const there = listed(list).length;
      note.textContent = `共 ${there + rows.length} 行，印出前 ${there} 行，${taken() ? "导出名单可得全部" : "其余见屏幕"}。`;
    }
  };

  /* Whole parts from the bottom upward, with the headings that stand over them; then from the top those again for which
     there is room. What the others are called. */
  const drop = (most, left) => {
    const gone = [];
    while (high() > most) {
      const there = parts(main()), over = there.filter((part) => bottom(part) > line(most)), first = over.filter((part) => !part.querySelector(KEPT));
      if (!over.length || there.length < 2) break;
      if (!first.length && lower(most) && high() <= most) break;
      const lowest = (first.length ? first : over).reduce((one, other) => (bottom(other) > bottom(one) ? other : one));
      const before = there[there.indexOf(lowest) - 1];
      const head = before?.querySelector("h1, h2, h3") && !before.querySelector(CONTENT);
      gone.unshift(head ? [before, lowest] : [lowest]);
      gone[0].forEach(out);
    }
    /* A legend or a note does not come back without what it stands below. */
    const alone = (group) => !group.some((part) => part.querySelector(`h1, h2, h3, ${KEPT}`)) && group[0].previousElementSibling?.getBoundingClientRect().height === 0;
    const missing = gone.filter((group) => {
      group.forEach(back);
      const long = high() > most ? group.flatMap((part) => all(LISTS, part)).map((list) => [list, listed(list).slice(FEW)]) : [];
      long.forEach(([, rows]) => rows.forEach(out));
      if (high() <= most && !alone(group)) {
        long.filter(([, rows]) => rows.length).forEach(([list, rows]) => left.set(list, [...rows, ...(left.get(list) ?? [])]));
        return false;
      }
      long.flatMap(([, rows]) => rows).forEach(back);
      group.forEach(out);
      return true;
    });
    const names = missing.flat().flatMap((part) => all("h1, h2, h3", part)).map((head) => head.firstChild?.textContent.trim());
    return [...new Set(names.filter(Boolean))];
  };

  /* Nothing is smaller than what the sheet may be scaled down by. */
  const legible = () => all("*", main()).forEach((element) => {
    const told = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (told && !element.closest("svg") && parseFloat(getComputedStyle(element).fontSize) < SMALLEST) style(element, "font-size", `${SMALLEST}px`);
  });

  const date = () => {
    const last = foot();
    const before = last.innerHTML, now = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 16).replace("T", " "); // China's
    until(() => { last.innerHTML = before.replace(/\d{4}-\d\d-\d\d \d\d:\d\d(?!.*\d{4}-\d\d-\d\d \d\d:\d\d)/, now); }, () => { last.innerHTML = before; });
  };

  /* At the least scale, with what finds no room left out; how much there is then: parts that go last, then text. */
  const cut = (paper, lying, found) => {
    const [wide, most] = room(paper, lying);
    laid(wide, LEAST, found);
    if (high() > most) until(() => document.body.classList.add("sheet-tight"), () => document.body.classList.remove("sheet-tight"));
    lower(most);
    if (high() > most) {
      undo.push(() => all("[data-beyond]").forEach(back));
      const left = shorten(most), names = high() > most ? drop(most - NOTE * LEAST, left) : [];
      const note = document.createTextNode(` · 未印（一张放不下）：${names.join("、")}`);
      if (names.length) until(() => foot().append(note), () => note.remove());
      refill(most, left);
    }
    return all(KEPT, main()).filter(shown).length * MUCH + main().innerText.length;
  };
  const undone = (until) => { while (undo.length > until) undo.pop()(); };
  const tried = (paper, lying, found) => {
    const before = undo.length, text = cut(paper, lying, found);
    undone(before);
    return text;
  };

  const prepare = (paper) => {
    if (undo.length || !main() || !foot() || document.body.matches(".help-printed")) return;
    const found = medias(), screen = main().getAttribute("style");
    undo.push(() => found.forEach(([rule, text]) => { rule.media.mediaText = text; }));
    undo.push(() => (screen === null ? main()?.removeAttribute("style") : main()?.setAttribute("style", screen)));
    laid(room(paper, true)[0], 1, found);
    date();
    charts();
    legible();
    let { lying, scale } = fitting(paper, found) ?? { scale: LEAST };
    if (lying === undefined) {
      lying = tried(paper, true, found) >= tried(paper, false, found);
      cut(paper, lying, found);
    }
    const page = Object.assign(document.createElement("style"), { textContent: `@page { size: ${paper} ${lying ? "landscape" : "portrait"}; margin: ${EDGE}mm; }` });
    until(() => document.head.append(page), () => page.remove());
    main().style.setProperty("max-height", `${Math.floor(room(paper, lying)[1] / SPARE / scale) - NOTE / 2}px`, "important");
    high(); // the frames hear how large they are now
    maps();
    copied();
    main().dataset.sheet = scale;
    undo.push(() => { delete main()?.dataset.sheet; });
  };
  const restore = () => {
    undone(0);
    maps();
  };

  window.warRoomSheet = { paper: "A4", prepare, restore };
  window.addEventListener("beforeprint", () => prepare(window.warRoomSheet.paper));
  window.addEventListener("afterprint", restore);
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("button[data-sheet]");
    if (!button) return;
    button.closest("details").open = false;
    window.warRoomSheet.paper = button.dataset.sheet;
    window.print();
    window.warRoomSheet.paper = "A4";
  });
})();
