// A chart as a picture to take away, with its title: put together from what is drawn, in this browser. And what a drawing
// says of a month, under the pointer.
(() => {
  if (window.warRoomCharts) return;
  window.warRoomCharts = true;
  const NS = "http://www.w3.org/2000/svg", HEAD = 64, FOOT = 30, EDGE = 16;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const made = (name, attributes, text = "") => {
    const element = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  };
  const words = (y, size, fill, text, weight = 400) => made("text", {
    x: EDGE, y, "font-size": size, fill, "font-weight": weight,
    "font-family": "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif",
  }, text);
  const seen = (chart) => [...chart.querySelectorAll(".drawn img")].find((image) => image.offsetParent);
  const read = new WeakMap();
  /* The drawing that an image shows. */
  const within = (image) => {
    if (!read.has(image)) {
      const bytes = Uint8Array.from(atob(image.src.split(",")[1]), (one) => one.charCodeAt(0));
      const text = new TextDecoder().decode(bytes);
      read.set(image, new DOMParser().parseFromString(text, "image/svg+xml").documentElement);
    }
    return read.get(image);
  };
  /* What it is made of, with the size it has: that of a figure as Plotly drew it, of a drawing its own. */
  const layers = (chart) => {
    const plot = chart.querySelector(".js-plotly-plot");
    if (plot) return [plot.clientWidth, plot.clientHeight, ...plot.querySelectorAll(".main-svg")];
    const drawing = within(seen(chart));
    return [...["width", "height"].map((side) => Number(drawing.getAttribute(side))), drawing];
  };
  const drawn = ([wide, high, ...parts], { title, subtitle, foot }) => {
    const width = Math.max(wide, 640), height = high + HEAD + FOOT;
    const whole = made("svg", { xmlns: NS, width, height, viewBox: `0 0 ${width} ${height}` });
    whole.append(
      made("rect", { width, height, fill: colour("ground") }),
      words(28, 20, colour("ink"), title, 700),
      words(52, 14, colour("second-ink"), subtitle),
      words(height - 10, 12, colour("second-ink"), foot),
    );
    for (const layer of parts) {
      const copy = layer.cloneNode(true);
      copy.removeAttribute("style");
      copy.setAttribute("y", HEAD);
      for (const over of copy.querySelectorAll(".hoverlayer, .selectionlayer, .zoomlayer, [data-month]")) over.remove();
      whole.append(copy);
    }
    return { width, height, text: new XMLSerializer().serializeToString(whole) };
  };
  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };
  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element && event.target.closest("button[data-take]");
    const chart = button && button.closest("[class*='st-key-chart_']");
    if (!chart?.querySelector(".js-plotly-plot, .drawn img")) return;
    const { width, height, text } = drawn(layers(chart), button.dataset);
    const vector = new Blob([text], { type: "image/svg+xml" });
    if (button.dataset.take === "svg") return save(vector, `${button.dataset.file}.svg`);
    const image = new Image();
    image.src = URL.createObjectURL(vector);
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: width * 2, height: height * 2 });
    canvas.getContext("2d").drawImage(image, 0, 0, width * 2, height * 2);
    URL.revokeObjectURL(image.src);
    canvas.toBlob((blob) => save(blob, `${button.dataset.file}.png`), "image/png");
  });
  const tip = Object.assign(document.createElement("div"), { className: "drawn-tip", role: "tooltip", hidden: true });
  /* The month under the pointer, whole; nothing beside a drawing. */
  const tell = ({ target, clientX, clientY }) => {
    const image = target instanceof Element && target.matches(".drawn img") ? target : null;
    const box = image?.getBoundingClientRect(), drawing = image && within(image);
    const at = image && (clientX - box.left) * Number(drawing.getAttribute("width")) / box.width;
    const over = image && [...drawing.querySelectorAll("[data-month]")].find((area) => {
      const from = Number(area.getAttribute("x"));
      return from <= at && at < from + Number(area.getAttribute("width"));
    });
    tip.hidden = !over;
    if (!over) return;
    if (!tip.isConnected) document.body.append(tip);
    tip.textContent = over.textContent;
    const room = 14, left = clientX + room + tip.offsetWidth > innerWidth ? clientX - room - tip.offsetWidth : clientX + room;
    tip.style.transform = `translate(${Math.max(left, 4)}px, ${Math.max(clientY - tip.offsetHeight - room, 4)}px)`;
  };
  document.addEventListener("pointermove", tell);
  document.addEventListener("pointerdown", tell);
})();
