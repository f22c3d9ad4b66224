"use strict";
/* Names on the map: only those that fit, larger regions first. Text is set as text. */
window.WarRoomLabels = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const pen = document.createElement("canvas").getContext("2d");

  /* Where a name sits best: the middle of the widest stretch inside the polygon on one of nine rows.
     Returns {lat, lng, width in degrees}. */
  const anchor = (geometry) => {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    let best = null;
    for (const rings of polygons) {
      const lats = rings[0].map((point) => point[1]);
      const low = Math.min(...lats), high = Math.max(...lats);
      for (let row = 1; row < 10; row++) {
        const lat = low + ((high - low) * row) / 10;
        const cuts = rings.flatMap((ring) => crossings(ring, lat)).sort((a, b) => a - b);
        for (let i = 0; i + 1 < cuts.length; i += 2) {
          const width = cuts[i + 1] - cuts[i];
          // A stretch near the middle of the region reads better than a slightly wider one at its edge.
          const worth = width * (1 - Math.abs(row - 5) / 20);
          if (!best || worth > best.worth) best = { lat, lng: (cuts[i] + cuts[i + 1]) / 2, width, worth };
        }
      }
    }
    return best;
  };

  const crossings = (ring, lat) => {
    const found = [];
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [x1, y1] = ring[i], [x2, y2] = ring[j];
      if (y1 > lat !== y2 > lat) found.push(x1 + ((lat - y1) / (y2 - y1)) * (x2 - x1));
    }
    return found;
  };

  const overlaps = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

  class Labels {
    constructor(map) {
      this.map = map;
      this.items = [];
      map.createPane("names").classList.add("map-names", "leaflet-zoom-hide");
      this.svg = document.createElementNS(SVG, "svg");
      this.svg.setAttribute("aria-hidden", "true"); // every region says its name itself
      map.getPane("names").append(this.svg);
      map.on("moveend resize", () => this.place());
    }

    /* items: [{name, anchor, strong}], those that matter more first. */
    show(items) {
      this.items = items;
      this.place();
    }

    place() {
      const size = parseFloat(getComputedStyle(this.map.getContainer()).fontSize);
      const family = getComputedStyle(this.map.getContainer()).fontFamily;
      const view = this.map.getSize();
      const perDegree = (256 * 2 ** this.map.getZoom()) / 360;
      const taken = [];
      const drawn = [];
      for (const item of this.items) {
        const room = item.anchor.width * perDegree;
        if (item.strong && room > view.x * 0.6) continue; // its parts are named then
        const height = item.strong ? size * 1.15 : size;
        pen.font = `${item.strong ? 600 : 400} ${height}px ${family}`;
        const width = pen.measureText(item.name).width;
        if (width > room * (item.strong ? 1.1 : 0.95)) continue;
        const at = this.map.latLngToContainerPoint(item.anchor);
        const box = { left: at.x - width / 2 - 3, right: at.x + width / 2 + 3, top: at.y - height * 0.7, bottom: at.y + height * 0.7 };
        if (box.right < 0 || box.left > view.x || box.bottom < 0 || box.top > view.y) continue;
        if (taken.some((other) => overlaps(box, other))) continue;
        taken.push(box);
        drawn.push(this.text(item, height));
      }
      this.svg.replaceChildren(...drawn);
    }

    text(item, height) {
      const at = this.map.latLngToLayerPoint(item.anchor);
      const text = document.createElementNS(SVG, "text");
      text.setAttribute("x", at.x);
      text.setAttribute("y", at.y);
      text.setAttribute("font-size", height);
      if (item.strong) text.classList.add("strong");
      text.textContent = item.name;
      return text;
    }
  }

  return { Labels, anchor, overlaps };
})();
