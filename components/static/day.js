// A day's record, on a phone that may be without network. What is not sent yet waits in IndexedDB, encrypted under a
// key that the server gives to who is signed in: as one that no script can read, in the browser until he signs out.
// Without https the browser has no such means: then it waits in this page alone, and the page says so.
(() => {
  "use strict";
  const DAY = 864e5, OLDEST = 14 * DAY, EVERY = 20000, SIDE = 1600, LARGEST = 900000, MOST = 9;
  const $ = (id) => document.getElementById(id);
  const form = $("form"), about = $("about"), village = $("village"), words = $("words");
  if (!form) return;
  const safe = window.isSecureContext && !!window.indexedDB && !!(window.crypto && crypto.subtle);
  const beside = new Map();  // what waits where nothing may be kept
  let me = null, own = null, photos = [], sending = false, lost = false, ended = false;

  // What is kept: two stores, `me` with one row (whose key is here) and `kept` with what he wrote.
  const opened = safe && new Promise((done, failed) => {
    const asked = indexedDB.open("day", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("me", { keyPath: "one" });
      asked.result.createObjectStore("kept", { keyPath: "id" });
    };
    asked.onsuccess = () => { asked.result.onversionchange = () => asked.result.close(); done(asked.result); };
    asked.onerror = () => failed(asked.error);
  });
  const at = async (store, act, mode = "readwrite") => {
    const base = await opened;
    return new Promise((done, failed) => {
      const transaction = base.transaction(store, mode), asked = act(transaction.objectStore(store));
      transaction.oncomplete = () => done(asked.result);
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
    });
  };
  const mark = () => (document.cookie.match(/(?:^|; )(?:__Host-)?wr-mark=([^;]*)/) || ["", ""])[1];

  async function keep(id, value) {
    if (!safe) return beside.set(id, value);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, me.key, bytes);
    return at("kept", (store) => store.put({ id, person: me.person, at: value.at || Date.now(), iv, data }));
  }
  async function read(row) {
    const bytes = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, me.key, row.data);
    return JSON.parse(new TextDecoder().decode(bytes));
  }
  async function kept(id) {
    if (!safe) return beside.get(id);
    const row = await at("kept", (store) => store.get(id), "readonly");
    return row && read(row).catch(() => null);
  }
  const drop = (id) => (safe ? at("kept", (store) => store.delete(id)) : beside.delete(id));
  async function waiting() {
    if (!safe) return [...beside.values()].filter((one) => one.number);
    const rows = await at("kept", (store) => store.getAll(), "readonly");
    const mine = rows.filter((row) => row.person === me.person && !row.id.includes(":"));
    const found = await Promise.all(mine.map((row) => read(row).catch(() => null)));
    return found.filter(Boolean).sort((one, other) => one.at - other.at);
  }
  async function sweep() {
    if (!safe) return;
    for (const row of await at("kept", (store) => store.getAll(), "readonly"))
      if (Date.now() - row.at > OLDEST) await drop(row.id);
  }

  // Who is signed in, and what he may write of.
  async function ask(code) {
    const answer = await fetch(`/day/own${code ? `?village=${code}` : ""}`, { cache: "no-store" });
    const told = answer.headers.get("content-type") === "application/json" ? await answer.json() : {};
    return { status: answer.status, told };
  }
  async function begin() {
    try {
      const { status, told } = await ask();
      lost = false;
      if (status === 401 || status === 403) return over(told);
      if (status !== 200) throw new Error(status);
      const bytes = Uint8Array.from(atob(told.key), (sign) => sign.charCodeAt(0));
      if (me && me.person !== told.person) return location.reload();
      const key = safe && (await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]));
      me = { one: 1, person: told.person, key, mark: mark() };
      own = told;
      delete own.key;
      ended = false;
      if (safe) await at("me", (store) => store.put(me));
      await keep(`own:${me.person}`, { ...own, token: "", sent: [], at: Date.now() });
      if (safe && "serviceWorker" in navigator)
        navigator.serviceWorker.register("/day/worker.js", { scope: "/day" }).catch(() => {});
    } catch (error) {
      lost = true;
      if (!me && safe) {
        const held = await at("me", (store) => store.get(1), "readonly");
        if (held && held.mark === mark()) me = held;
        else if (held) await at("me", (store) => store.clear());
        own = me && (await kept(`own:${me.person}`));
      }
    }
  }
  async function over(told) {
    ended = true;
    if (safe) await at("me", (store) => store.clear());
    $("roles").hidden = !told.roles;
    say(told.error || "登录已经结束。没有发出的内容还在这部手机里，请重新登录后再发。", told.roles ? "" : "/login?next=/day");
  }
  function say(sentence, to) {
    const place = $("problem");
    place.textContent = sentence;
    place.hidden = !sentence;
    if (to) place.append(" ", Object.assign(document.createElement("a"), { href: to, textContent: "登录" }));
  }

  // The form.
  const option = (value, text) => new Option(text, value);
  function group(name, choices, prefix) {
    const made = document.createElement("optgroup");
    made.label = name;
    made.append(...choices.map((one) => option(prefix + one[0], one[1])));
    return choices.length ? [made] : [];
  }
  function offer(chosen) {
    const halves = (list) => [list.filter((one) => one[2]), list.filter((one) => !one[2])];
    const [myTasks, tasks] = halves(own.tasks), [myHomes, homes] = halves(own.households);
    about.replaceChildren(
      option("", "村里的工作"), ...group("我的任务", myTasks, "t:"), ...group("我结对的户", myHomes, "h:"),
      ...group("其他任务", tasks, "t:"), ...group(myHomes.length ? "其他户" : "户", homes, "h:"));
    about.value = chosen || "";
    if (about.selectedIndex < 0) about.value = "";
    wishes();
  }
  // What goes on from a record: a task of his own is done; a problem is raised.
  const finish = $("finish").firstElementChild, category = $("category");
  function wishes() {
    const kind = form.elements.kind.value, mine = own.tasks.some((one) => one[2] && `t:${one[0]}` === about.value);
    $("finish").hidden = kind !== "done" || !mine;
    $("raise").hidden = kind !== "problem";
  }
  function draw() {
    form.hidden = !own || !own.village;
    if (!own) return;
    $("who").textContent = own.name;
    $("where").hidden = own.villages.length < 2;
    village.replaceChildren(...own.villages.map((one) => option(one[0], one[1])));
    village.value = own.village;
    category.replaceChildren(option("", "不登记，只反馈"), ...own.kinds.map((one) => option(one, one)));
  }
  const typed = () => ({
    kind: form.elements.kind.value, village: village.value, about: about.value, words: words.value, photos, at: Date.now(),
    finish: finish.checked && !$("finish").hidden, category: $("raise").hidden ? "" : category.value,
  });
  function fill(draft) {
    form.elements.kind.value = draft.kind || "done";
    words.value = draft.words || "";
    photos = draft.photos || [];
    finish.checked = !!draft.finish;
    category.value = draft.category || "";
    offer(draft.village === own.village ? draft.about : "");
    pictures();
  }
  function pictures() {
    const place = $("photos");
    place.querySelectorAll("button").forEach((one) => one.remove());
    place.append(...photos.map((photo, index) => {
      const made = Object.assign(document.createElement("button"), { type: "button", textContent: "✕ 去掉" });
      made.style.backgroundImage = `url(${photo})`;
      made.onclick = () => { photos.splice(index, 1); pictures(); draft(); };
      return made;
    }));
  }
  let last = 0;
  function draft() {
    clearTimeout(last);
    last = setTimeout(() => me && keep(`draft:${me.person}`, typed()).catch(full), 300);
  }
  const full = () => say("手机存不下了，请先联网把等待的发出去，或少带几张照片。");

  async function shrunk(file) {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const canvas = document.createElement("canvas");
    for (let side = SIDE, quality = 0.8; ; side *= 0.8, quality = 0.7) {
      const part = Math.min(1, side / Math.max(picture.width, picture.height));
      canvas.width = Math.round(picture.width * part);
      canvas.height = Math.round(picture.height * part);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const made = canvas.toDataURL("image/jpeg", quality);
      if (made.length * 0.75 < LARGEST) return made;
    }
  }
  async function taken(event) {
    say("");
    for (const file of event.target.files) {
      if (photos.length >= MOST) { say(`一条记录最多 ${MOST} 张照片。`); break; }
      try { photos.push(await shrunk(file)); } catch { say("这张图打不开，请换一张，或改用“拍照”。"); }
    }
    event.target.value = "";
    pictures();
    draft();
  }

  function uuid() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }
  async function save(event) {
    event.preventDefault();
    if (!words.value.trim()) { say("请写一句话：做了什么，或发现了什么问题。"); return words.focus(); }
    say("");
    const now = new Date(), local = new Date(now - now.getTimezoneOffset() * 6e4).toISOString().slice(0, 19);
    const told = { ...typed(), number: uuid(), at: +now, clock: local, name: about.selectedOptions[0].text };
    try { await keep(told.number, told); } catch { return full(); }
    clearTimeout(last);
    await drop(`draft:${me.person}`);
    fill({});
    await show();
    await send();
  }

  // Sending: the record, then its photos one by one; each may be sent again, and is then written once.
  async function post(path, body, headers) {
    return fetch(path, { method: "POST", body, headers, cache: "no-store" });
  }
  const bytesOf = (photo) => Uint8Array.from(atob(photo.split(",")[1]), (sign) => sign.charCodeAt(0));
  const why = async (answer) => {
    try { return (await answer.clone().json()).error; } catch { return answer.status === 413 ? "照片太大。" : "没有收下。"; }
  };
  async function deliver(one, token) {
    const [what, key] = [one.about.slice(0, 2), one.about.slice(2)];
    const answer = await post("/day", new URLSearchParams({
      do: "write", token, number: one.number, kind: one.kind, village: one.village, words: one.words, clock: one.clock,
      finish: one.finish ? 1 : "", category: one.category, household: what === "h:" ? key : "", task: what === "t:" ? key : "",
      waited: Math.max(0, Math.round((Date.now() - one.at) / 1000)),
    }));
    if (!answer.ok) return answer;
    const { said } = await answer.clone().json();
    if (said) say(`${said} 记录已收下。`);
    for (const photo of one.photos) {
      const got = await post("/day/photo", bytesOf(photo), { "X-Number": one.number, "X-Token": token, "Content-Type": "image/jpeg" });
      if (got.status === 401 || got.status === 429 || got.status >= 500) return got;
      if (!got.ok) say(`有一张照片没有收下：${await why(got)}`);
    }
    return answer;
  }
  async function send() {
    if (sending || !me) return;
    sending = true;
    try {
      if (!own || !own.token || lost || ended) await begin();
      for (const one of lost || ended ? [] : await waiting()) {
        if (one.refused) continue;
        const answer = await deliver(one, own.token);
        if (answer.ok) await drop(one.number);
        else if (answer.status === 401) { await over({}); break; }
        else if (answer.status === 429 || answer.status >= 500) break;
        else if (answer.headers.get("X-Again")) { own.token = ""; break; }
        else await keep(one.number, { ...one, refused: await why(answer) });
      }
      if (!lost && !ended) own.sent = (await ask(own.village)).told.sent || own.sent;
    } catch { lost = true; } finally { sending = false; }
    await show();
  }
  function row(kind, about, words, button, act) {
    const made = document.createElement("li");
    made.append(Object.assign(document.createElement("b"), { textContent: kind }), about,
      Object.assign(document.createElement("small"), { textContent: words }));
    if (button) made.append(Object.assign(document.createElement("button"), { type: "button", textContent: button, onclick: act }));
    return made;
  }
  const kinds = Object.fromEntries([...form.elements.kind].map((one) => [one.value, one.nextElementSibling.textContent]));
  async function show() {
    const rest = me ? await waiting() : [], held = rest.filter((one) => one.refused).length, left = rest.length - held;
    $("waiting").hidden = !rest.length;
    $("waiting").lastElementChild.replaceChildren(...rest.map((one) =>
      one.refused
        ? row(kinds[one.kind], one.name, `${one.words}（没有收下：${one.refused}）`, "删除", async () => {
            await drop(one.number);
            show();
          })
        : row(kinds[one.kind], one.name, one.words)));
    const sent = (own && own.sent) || [];
    $("sent").hidden = !sent.length;
    $("sent").lastElementChild.replaceChildren(...sent.map((one) =>
      row(one.kind, one.about, `${one.words}${one.photos ? ` · ${one.photos} 张照片` : ""}`, "撤回", () => withdraw(one.id))));
    const state = $("state");
    state.className = left || lost || ended ? "wait" : "";
    state.textContent = [
      lost && "没有网络", ended && "没有登录", left ? `等待发送 ${left} 条` : !lost && !ended && "已全部发送", held && `${held} 条没有收下`,
    ].filter(Boolean).join(" · ");
  }
  async function withdraw(id) {
    if (!confirm("撤回这条记录？")) return;
    try {
      const answer = await post("/day", new URLSearchParams({ do: "withdraw", token: own.token, id }));
      say(answer.ok ? "" : await why(answer));
      own.sent = (await ask(own.village)).told.sent || [];
    } catch { say("没有网络，没有撤回。"); }
    show();
  }
  async function elsewhere() {
    try {
      const { status, told } = await ask(village.value);
      if (status === 200) Object.assign(own, { village: told.village, households: told.households, tasks: told.tasks });
    } catch { Object.assign(own, { village: village.value, households: [], tasks: [] }); }
    offer("");
    draft();
  }

  async function start() {
    $("note").textContent = safe
      ? "没有发出的内容加密存在这部手机里，最多 14 天，退出登录时清除。断网也能打开本页。"
      : "网址不是 https：断网时打不开本页；没有发出的内容只在这个打开的页面里，关掉就没有了，请有网时再写。";
    await begin();
    if (me) await sweep();
    draw();
    if (own) fill((await kept(`draft:${me.person}`)) || {});
    else if (lost) say(safe ? "没有网络，这部手机上也没有登录过的记录。请联网打开一次。" : "没有网络。");
    await show();
    await send();
  }
  form.addEventListener("submit", save);
  form.addEventListener("input", () => { wishes(); draft(); });
  village.addEventListener("change", elsewhere);
  $("camera").addEventListener("change", taken);
  $("album").addEventListener("change", taken);
  window.addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.hidden || send());
  setInterval(async () => { if (me && (lost || ended || (await waiting()).some((one) => !one.refused))) send(); }, EVERY);
  if (!safe) window.addEventListener("beforeunload", (event) => { if (beside.size && [...beside.values()].some((one) => one.number)) event.preventDefault(); });
  start();
})();
