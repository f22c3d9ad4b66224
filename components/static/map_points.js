"use strict";
/* Households of one village, or projects, as marks on one canvas: colour and shape by state or class. */
window.WarRoomPoints = (() => {
  const { cell, rows } = WarRoomRegions;
  const polygon = (...points) => (pen, x, y, r) => {
    pen.moveTo(x + points[0][0] * r, y + points[0][1] * r);
    for (const [dx, dy] of points.slice(1)) pen.lineTo(x + dx * r, y + dy * r);
    pen.closePath();
  };
  const disc = (size) => (pen, x, y, r) => pen.arc(x, y, r * size, 0, 2 * Math.PI);
  const SHAPES = {
    "▲": polygon([0, -1.15], [1.1, 0.85], [-1.1, 0.85]),
    "◆": polygon([0, -1.25], [1.1, 0], [0, 1.25], [-1.1, 0]),
    "●": disc(0.95),
    "■": polygon([-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]),
    "○": disc(0.85),
    "□": polygon([-0.8, -0.8], [0.8, -0.8], [0.8, 0.8], [-0.8, 0.8]),
    "·": disc(0.45),
  };

  class Points {
    constructor(frame) {
      this.frame = frame;
      this.map = frame.map;
      this.items = [];
      const pane = this.map.createPane("points");
      pane.classList.add("map-points", "leaflet-zoom-hide");
      this.canvas = document.createElement("canvas");
      pane.append(this.canvas);
      this.map.on("move moveend viewreset resize", () => this.draw());
    }

    show(points) {
      this.kind = points ? points.kind : null;
      this.chosen = points ? points.chosen : null;
      this.labelled = Boolean(points && points.labelled);
      this.items = points ? points.ids.map((id, i) => this.item(points, id, i)) : [];
      this.frame.note("points", this.items.some((item) => item.sketch) ? "示意位置" : "");
      this.draw();
    }

    item(points, id, i) {
      const [state, mark, colour] = points.marks[points.states[i]];
      const label = points.labels ? cell(points.labels, i) : null;
      const lines = [{ heading: "", text: `${mark} ${state}` }, ...rows(points.lines, i)];
      const sketch = Boolean(points.sketch && points.sketch[i]);
      if (sketch) lines.push({ heading: "", text: "示意位置" });
      return { id, at: L.latLng(points.lat[i], points.lon[i]), mark, colour, label, lines, sketch };
    }

    radius() {
      return parseFloat(getComputedStyle(this.map.getContainer()).fontSize) * 0.45;
    }

    draw() {
      const size = this.map.getSize(), scale = window.devicePixelRatio || 1;
      const pen = this.canvas.getContext("2d");
      this.canvas.width = size.x * scale;
      this.canvas.height = size.y * scale;
      this.canvas.style.width = `${size.x}px`;
      this.canvas.style.height = `${size.y}px`;
      L.DomUtil.setPosition(this.canvas, this.map.containerPointToLayerPoint([0, 0]));
      if (!this.items.length) return;
      pen.scale(scale, scale);
      const colours = this.frame.settings.colours, r = this.radius();
      const seen = this.items.map((item) => ({ item, ...this.map.latLngToContainerPoint(item.at) }))
        .filter(({ x, y }) => x > -20 && y > -20 && x < size.x + 20 && y < size.y + 20);
      for (const { item, x, y } of seen) this.mark(pen, item, x, y, r, colours);
      for (const { item, x, y } of seen.filter(({ item }) => item.id === this.chosen)) this.ring(pen, item, x, y, r, colours);
      if (this.labelled) this.names(pen, seen, r, colours);
    }

    mark(pen, item, x, y, r, colours) {
      pen.globalAlpha = item.sketch ? 0.6 : 1;
      pen.beginPath();
      SHAPES[item.mark](pen, x, y, r);
      pen.lineWidth = 3;
      pen.strokeStyle = colours.halo;
      pen.stroke();
      if ("○□".includes(item.mark)) {
        pen.lineWidth = 2;
        pen.strokeStyle = item.colour;
        pen.stroke();
      } else {
        pen.fillStyle = item.colour;
        pen.fill();
      }
      pen.globalAlpha = 1;
    }

    ring(pen, item, x, y, r, colours) {
      this.mark(pen, item, x, y, r * 1.3, colours);
      pen.beginPath();
      pen.arc(x, y, r * 2.3, 0, 2 * Math.PI);
      pen.lineWidth = 2.5;
      pen.strokeStyle = colours.accent;
      pen.stroke();
    }

    /* Names beside their marks where they cover neither a mark nor another name. */
    names(pen, seen, r, colours) {
      const style = getComputedStyle(this.map.getContainer()), height = parseFloat(style.fontSize) * 0.92;
      pen.font = `${height}px ${style.fontFamily}`;
      pen.textBaseline = "middle";
      pen.lineJoin = "round";
      const taken = seen.map(({ x, y }) => ({ left: x - r, right: x + r, top: y - r, bottom: y + r }));
      for (const { item, x, y } of seen) {
        if (item.label === null) continue;
        const left = x + r * 1.6;
        const box = { left, right: left + pen.measureText(item.label).width + 2, top: y - height * 0.65, bottom: y + height * 0.65 };
        if (taken.some((other) => WarRoomLabels.overlaps(box, other))) continue;
        taken.push(box);
        pen.lineWidth = 3;
        pen.strokeStyle = colours.halo;
        pen.strokeText(item.label, left, y);
        pen.fillStyle = colours.ink;
        pen.fillText(item.label, left, y);
      }
    }

    /* The household or project whose mark lies nearest to a point of the container, within a finger's or a pointer's width. */
    under(point) {
      const reach = Math.max(this.radius() * 1.4, matchMedia("(pointer: coarse)").matches ? 18 : 8);
      let best = null;
      for (const item of this.items) {
        const far = this.map.latLngToContainerPoint(item.at).distanceTo(point);
        if (far <= reach && (!best || far < best.far)) best = { item, far };
      }
      return best && best.item;
    }
  }

  return { Points };
})();
