"use strict";
// The set-up page: what this machine lacks, type as large as it will be on the wall, and keys of a remote control.
(() => {
  const main = document.querySelector("main"), list = document.querySelector(".checks"), root = document.documentElement;
  const field = (name) => document.querySelector(`[name=${name}]`);

  function sized() {
    const cm = Number(field("cm").value), far = Number(field("far").value);
    if (cm > 0 && far > 0) root.style.setProperty("--arc", `${2.90888 * far / cm}vw`);
  }
  for (const name of ["cm", "far"]) field(name).addEventListener("input", sized);

  const told = (good, what, remedy = "") => {
    const line = document.createElement("li");
    line.className = good ? "good" : "missing";
    line.textContent = `${good ? "✓" : "✗"} ${what}${good || !remedy ? "" : `：${remedy}`}`;
    list.append(line);
  };

  async function awake() {
    try {
      const lock = await navigator.wakeLock.request("screen");
      await lock.release();
      return true;
    } catch {
      return false;
    }
  }

  /** Whether the browser draws Chinese with one of our own faces: their widths differ from a fallback's. */
  function hasFace() {
    const pen = document.createElement("canvas").getContext("2d");
    const width = (face) => { pen.font = `40px ${face}`; return pen.measureText("村级作战室 0123").width; };
    const faces = getComputedStyle(root).getPropertyValue("--font").split(",").map((one) => one.trim()).slice(0, -1);
    return faces.some((face) => ["serif", "monospace"].some((other) => width(`"${face}", ${other}`) !== width(other)));
  }

  async function check() {
    const off = Math.abs(Date.now() - Date.parse(`${main.dataset.now}+08:00`)) / 1000;
    told(isSecureContext, "加密连接（https）", "请用 https 网址打开，否则屏幕不能由网页保持常亮");
    told(await awake(), "网页能让屏幕常亮", "请在电视或电脑的电源设置里关掉休眠、屏保和自动关机");
    told(document.fullscreenEnabled, "可以全屏", "请换用 Chrome、Edge 等浏览器，或按 F11");
    const whole = innerWidth >= screen.width - 1 && innerHeight >= screen.height - 1;
    told(whole, `画面 ${innerWidth}×${innerHeight}，屏幕 ${screen.width}×${screen.height}`,
      "画面没有占满屏幕：打开后按确定键，选全屏；浏览器缩放应为 100%");
    told(hasFace(), "中文字体", "请安装思源黑体或微软雅黑");
    told(off < 120, off < 120 ? "时钟准确" : `时钟差 ${Math.round(off / 60)} 分钟`, "请在这台机器上打开自动对时");
    told("EventSource" in window && "ariaCurrent" in root, "浏览器够新", "请升级到近几年的版本");
  }

  // Up and down go from field to field, left and right change what is chosen, as a remote has no other keys.
  document.addEventListener("keydown", (event) => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key], here = document.activeElement;
    const all = [...document.querySelectorAll("select, input:not([type=hidden]), button")];
    if (step) {
      all[Math.min(Math.max(all.indexOf(here) + step, 0), all.length - 1)].focus();
    } else if (here.type === "number" && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
      if (event.key === "ArrowRight") here.stepUp(); else here.stepDown();
      sized();
    } else return;
    event.preventDefault();
  });

  check();
})();
