"use strict";
// A wall lives for months without a touch: it turns its scenes, follows the data of its region and the server's life,
// and shows the last picture for as long as there is none newer. Each second everything is looked at anew, so that
// a machine that slept goes on where it is.
(() => {
  const TICK = 1000, LATE = 4400, SILENT = 6000, SLEPT = 5000;
  const LEAST = 20000, SPREAD = 14000; // a redraw in 20 s at most; displays spread theirs over so much
  const AGAIN = 3000, SELF = 120000, ENDED = 10000, REST = 250;

  const root = document.documentElement;
  const wall = JSON.parse(root.dataset.wall);
  const layers = [...document.querySelectorAll(".layer")];
  const calm = document.querySelector(".calm"), bar = document.querySelector(".bar");
  const style = root.getAttribute("style"); // light and sizes
  const turns = ordered(wall.scenes);
  const kept = new Map(); // scene → {posters, tag, stamp}: what the server made of it last
  const fits = (text) => text.includes("data-wall=");
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const spread = (ms) => Math.random() * ms;

  let turn = -1, poster = 0, shown = null; // where in the round, which page of the scene, what stands there
  let changes = 0, moving = 0, until = Infinity, ahead = Infinity, paused = false;
  let beat = JSON.parse(root.dataset.beat), heard = Date.now(), ticked = Date.now(), source = null, opened = 0, over = false;
  let redrawn = 0, redraw = Infinity, looked = Date.now() + spread(SELF), asking = false;

  /** The round: what is critical comes every second turn. */
  function ordered(scenes) {
    const critical = scenes.filter((one) => one.critical), others = scenes.filter((one) => !one.critical);
    if (!critical.length || !others.length) return scenes.map((one) => one.name);
    return others.flatMap((one, at) => [one.name, critical[at % critical.length].name]);
  }

  // What is shown
  const stamp = () => [beat.version, beat.day, innerWidth, innerHeight].join();
  const address = (name, way = "scene") => {
    const following = wall.scenes.map((one) => one.name);
    const at = following.indexOf(name);
    const beside = [...following.slice(at + 1), ...following.slice(0, at)].join(",");
    return `/wall/${way}/${name}?${wall.asked}&w=${innerWidth}&h=${innerHeight}&beside=${beside}`;
  };

  /** The scene as the data are now; as they were, where the server does not answer; null where it never did. */
  async function made(name) {
    const held = kept.get(name), now = stamp();
    if (held?.stamp === now) return held;
    try {
      const headers = held ? {"If-None-Match": held.tag} : {};
      const answer = await fetch(address(name), {headers, cache: "no-store", signal: AbortSignal.timeout(15000)});
      if ([401, 403, 404].includes(answer.status)) ask();
      if (answer.status === 304) held.stamp = now;
      if (answer.status !== 200 && answer.status !== 204) return held ?? null;
      const made = document.createElement("template");
      made.innerHTML = answer.status === 200 ? await answer.text() : "";
      const posters = [...made.content.children].filter((one) => one.matches(".poster"));
      if (answer.status === 200 && !posters.length) return held ?? null; // not ours: a proxy's own page
      const fresh = {posters, tag: answer.headers.get("ETag"), stamp: now};
      if (!over) kept.set(name, fresh);
      return fresh;
    } catch {
      return held ?? null;
    }
  }

  /** Go so many pages on; what has nothing to show, or cannot be had, is passed over. */
  async function go(step) {
    const mine = ++moving;
    const here = kept.get(turns[turn]);
    if (here?.posters[poster + step]) {
      poster += step;
      return show(here, mine);
    }
    for (let far = 1; far <= turns.length; far++) {
      const next = (turn + far * step + turns.length * far) % turns.length;
      const found = await made(turns[next]);
      if (mine !== moving || over) return;
      if (!found?.posters.length) continue;
      turn = next;
      poster = step < 0 ? found.posters.length - 1 : 0;
      return show(found, mine);
    }
    until = Date.now() + AGAIN;
    if (!shown) say(navigator.onLine ? "正在取数据…" : "正在连接服务器…");
    if (!shown && [...kept.values()].length === new Set(turns).size) say("这个区划现在没有要上墙的内容。");
  }

  async function goTo(name) {
    const mine = ++moving, found = await made(name);
    if (mine !== moving || !found?.posters.length) return;
    turn = turns.indexOf(name);
    poster = 0;
    await show(found, mine);
  }

  /** Fill the layer that is hidden, then change. */
  async function show(found, mine) {
    poster = Math.min(poster, found.posters.length - 1);
    const [front, back] = layers[0].classList.contains("on") ? layers : [...layers].reverse();
    const picture = found.posters[poster];
    back.replaceChildren(document.importNode(picture, true));
    mark();
    const drawn = new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    if (shown) await Promise.race([drawn, pause(REST)]);
    if (mine !== moving || over) return;
    if (!shown) back.style.transition = "none"; // the first comes at once
    front.classList.remove("on");
    back.classList.add("on");
    if (!shown) requestAnimationFrame(() => requestAnimationFrame(() => { back.style.transition = ""; }));
    calm.classList.remove("on");
    shown = picture;
    root.dataset.shown = `${turn} ${turns[turn]} ${poster}`;
    root.dataset.changes = ++changes;
    for (const one of bar.querySelectorAll("[data-scene]")) one.ariaCurrent = one.dataset.scene === turns[turn];
    until = Date.now() + wall.seconds * 1000;
    ahead = Date.now() + 2000 + spread(6000);
    const gone = front.firstChild;
    setTimeout(() => gone?.remove(), 2 * REST); // what fills its place by then is another one
  }

  /** The picture that is shown, as the data are now. */
  async function again() {
    redraw = Infinity;
    redrawn = Date.now();
    const before = shown, found = await made(turns[turn]);
    if (before !== shown || over) return;
    if (!found?.posters.length) return go(1);
    if (found.stamp !== stamp()) redraw = Date.now() + AGAIN + spread(AGAIN); // not had: it stays to be done
    else if (found.posters[poster] !== shown) {
      const left = until;
      await show(found, ++moving);
      if (left < Infinity) until = Math.max(left, Date.now() + AGAIN);
    }
  }

  /** The poster as it is asked for anew, to be taken away, as a picture: drawn by the browser itself. */
  async function taken() {
    const name = turns[turn], page = poster;
    const [answer, styles] = await Promise.all([
      fetch(address(name, "picture"), {cache: "no-store"}),
      Promise.all([...document.querySelectorAll("link[rel=stylesheet]")].map(async ({href}) => (await fetch(href)).text())),
    ]);
    if (!answer.ok) return say(await answer.text());
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    const whole = document.createElement("div");
    whole.className = root.className;
    whole.setAttribute("style", `${style} background: var(--ground); color: var(--ink); font-family: var(--font);`);
    whole.append(made.content.children[page] ?? made.content.firstElementChild);
    const look = document.createElement("style");
    look.textContent = styles.join("\n");
    whole.prepend(look);
    const [width, height] = [innerWidth, innerHeight], text = new XMLSerializer().serializeToString(whole);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`
      + `<foreignObject width="100%" height="100%">${text}</foreignObject></svg>`;
    const picture = new Image(width, height);
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    await picture.decode();
    const canvas = Object.assign(document.createElement("canvas"), {width, height});
    canvas.getContext("2d").drawImage(picture, 0, 0);
    const file = await new Promise((done) => canvas.toBlob(done));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    const title = wall.scenes.find((one) => one.name === name).title;
    link.download = `${title}_${wall.name}_${beat.day}${page ? `_${page + 1}` : ""}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  /** Time and connection, in whatever stands in the layers. */
  function mark() {
    const late = Date.now() - heard > LATE;
    for (const clock of document.querySelectorAll(".layer .clock")) clock.textContent = beat.time;
    for (const from of document.querySelectorAll(".layer .from")) {
      from.dataset.told ??= from.textContent;
      from.classList.toggle("off", late);
      const told = late ? `连接中断 · 画面停在 ${beat.time}` : from.dataset.told;
      if (from.textContent !== told) from.textContent = told;
    }
    root.dataset.link = late ? "off" : "on";
  }

  function say(sentence, way = "") {
    calm.replaceChildren(sentence);
    if (way) {
      const link = document.createElement("a");
      link.href = `${way}?next=${encodeURIComponent(location.pathname + location.search)}`;
      link.textContent = "重新登录";
      calm.append(" ", link);
    }
    calm.classList.add("on");
  }

  // The server's life
  function connect() {
    source?.close();
    opened = Date.now();
    source = new EventSource(`/pulse/stream?region=${wall.region}`);
    source.onmessage = (event) => hear(JSON.parse(event.data));
    source.addEventListener("ended", end);
  }

  function hear(told) {
    const before = beat;
    beat = told;
    heard = Date.now();
    root.dataset.boot = told.boot;
    mark();
    if (told.boot !== before.boot) renew();
    if (told.version !== before.version || told.day !== before.day) {
      redraw = Math.min(redraw, Math.max(heard + spread(SPREAD), redrawn + LEAST));
    }
  }

  /** Another build, or other settings: a new document, once the own address answers with one. */
  async function renew() {
    looked = Date.now() + spread(AGAIN);
    try {
      const answer = await fetch(location.href, {cache: "no-store", signal: AbortSignal.timeout(15000)});
      const text = await answer.text();
      if (answer.status !== 200 || !fits(text)) return;
      const found = new DOMParser().parseFromString(text, "text/html").documentElement;
      if (over || found.dataset.wall !== root.dataset.wall || found.getAttribute("style") !== style) {
        location.replace(location.href);
      }
    } catch { /* the server is away: asked again */ }
  }

  /** Whether what is shown may still be shown. */
  async function ask() {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(`/pulse?region=${wall.region}`, {cache: "no-store", signal: AbortSignal.timeout(4000)});
      if ([401, 403, 404].includes(answer.status)) end();
    } catch { /* away */ } finally {
      asking = false;
    }
  }

  /** The right to it has ended: nothing of it stays, here or in memory. */
  function end() {
    if (over) return;
    over = true;
    moving++;
    source?.close();
    kept.clear();
    shown = null;
    for (const layer of layers) {
      layer.classList.remove("on");
      layer.replaceChildren();
    }
    bar.hidden = true;
    root.dataset.shown = "";
    say(calm.dataset.ended, calm.dataset.way);
    looked = Date.now();
  }

  function tick() {
    const now = Date.now(), slept = now - ticked > SLEPT;
    ticked = now;
    if (over) {
      if (now - looked > ENDED) renew();
      return;
    }
    mark();
    const silent = now - heard > SILENT && now - opened > SILENT;
    if (slept || silent || (source.readyState === EventSource.CLOSED && now - opened > 1500)) {
      ask();
      connect();
    }
    if (now - looked > SELF) renew();
    if (now >= redraw && shown) again();
    else if (now >= until && !paused) {
      until = Infinity;
      go(1);
    } else if (now >= ahead && turns.length > 1) {
      ahead = Infinity;
      made(turns[(turn + 1) % turns.length]);
    }
  }

  // Keys of a remote, a finger, a mouse
  let pointed = 0, held = 0, used = 0;
  const KEYS = {ArrowRight: 1, PageDown: 1, ArrowDown: 1, ArrowLeft: -1, PageUp: -1, ArrowUp: -1};
  const DO = {
    pause(button) {
      paused = !paused;
      if (!paused) until = Math.min(until, Date.now() + wall.seconds * 1000);
      button.ariaPressed = paused;
      root.classList.toggle("paused", paused);
    },
    full() {
      const asked = document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen();
      asked.catch(() => {});
    },
    picture() {
      taken().catch(() => say("没有存成图片，请稍后再试。"));
    },
  };

  function open(wanted) {
    if (over) return;
    bar.hidden = !wanted;
    used = Date.now();
    if (wanted) bar.querySelector("[data-do=full]").focus();
    else document.activeElement?.blur?.();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || over) return;
    used = Date.now();
    const step = KEYS[event.key];
    if (event.key === "Escape") open(bar.hidden);
    else if (!bar.hidden && step) {
      const all = [...bar.querySelectorAll("button, a")];
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    } else if (!bar.hidden && [" ", "Enter"].includes(event.key)) return; // the button's own
    else if (step) go(step);
    else if (event.key === "Enter") open(true);
    else if (event.key === " ") DO.pause(bar.querySelector("[data-do=pause]"));
    else return;
    event.preventDefault();
  });
  bar.addEventListener("click", ({target}) => {
    const button = target.closest("button");
    if (button?.dataset.scene) goTo(button.dataset.scene);
    if (button?.dataset.do) DO[button.dataset.do](button);
    used = Date.now();
  });
  document.addEventListener("pointermove", () => {
    root.classList.add("pointing");
    clearTimeout(pointed);
    pointed = setTimeout(() => root.classList.remove("pointing"), 3000);
  });
  document.addEventListener("pointerdown", ({target}) => {
    clearTimeout(held);
    if (!bar.contains(target)) held = setTimeout(() => open(true), 600);
  });
  for (const ending of ["pointerup", "pointercancel"]) document.addEventListener(ending, () => clearTimeout(held));
  document.addEventListener("contextmenu", (event) => event.preventDefault());
  setInterval(() => { if (!bar.hidden && Date.now() - used > 15000) open(false); }, TICK);

  let sized = 0;
  addEventListener("resize", () => {
    clearTimeout(sized);
    sized = setTimeout(() => { if (shown) again(); }, 300);
  });

  let wake = null;
  const stayAwake = async () => {
    if (document.visibilityState !== "visible" || (wake && !wake.released)) return;
    try { wake = await navigator.wakeLock?.request("screen"); } catch { /* the set-up page says what to do */ }
  };
  document.addEventListener("visibilitychange", () => { stayAwake(); tick(); });
  addEventListener("online", () => { if (!over) connect(); });

  stayAwake();
  go(1);
  connect();
  setInterval(tick, TICK);
  setTimeout(() => { if (!shown && !over) say("正在连接服务器…"); }, 1500);
})();
