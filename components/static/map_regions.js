"use strict";
/* Polygons that are fetched once by URL, coloured by values that come apart. */
window.WarRoomRegions = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const KEPT = 8; // collections kept in memory, so that going back is instant
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const cells = (column) => {
    if (typeof column.cells === "string") column.cells = column.cells.split("|").map((text) => (text === "~" ? null : text));
    return column.cells;
  };
  const cell = (column, i) => (cells(column)[i] === null ? null : column.prefix + cells(column)[i] + column.suffix);
  const rows = (lines, i) => lines.map((line) => ({ heading: line.heading, text: cell(line, i) })).filter((row) => row.text !== null);

  const fetched = new Map();
  const load = (url) => {
    if (!fetched.has(url)) {
      const attempt = async () => {
        const answer = await fetch(url, { credentials: "same-origin" });
        if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
        return (await answer.json()).features.filter((feature) => feature.geometry);
      };
      const features = attempt().catch(() => pause(1000).then(attempt));
      features.catch(() => fetched.delete(url));
      fetched.set(url, features);
      if (fetched.size > KEPT) fetched.delete(fetched.keys().next().value);
    }
    return fetched.get(url);
  };

  class Regions {
    constructor(frame) {
      this.frame = frame;
      this.map = frame.map;
      this.items = new Map(); // code -> {layer, anchor, name, sketch, lines}
      this.values = null;
      this.source = "";
      this.labels = new WarRoomLabels.Labels(this.map);
      const pane = (name, level) => { this.map.createPane(name).style.zIndex = level; };
      pane("regions", 400);
      pane("outlines", 410);
      this.svg = L.svg({ padding: 0.4, pane: "regions" });
      this.top = L.svg({ padding: 0.4, pane: "outlines" });
      this.map.addLayer(this.svg).addLayer(this.top);
      this.svg._container.prepend(hatching());
      this.layers = L.layerGroup().addTo(this.map);
      this.outlined = {}; // kind of outline -> its layer
    }

    /* Old polygons and their values stay until the new geometry is there: no blank in between. */
    async show(regions, values) {
      const source = JSON.stringify(regions);
      if (source === this.source) {
        if (!this.pending) this.paint(values);
        this.values = values;
        return;
      }
      [this.source, this.values, this.pending] = [source, values, true];
      this.frame.alert("");
      try {
        const none = Promise.resolve([]);
        const [features, outlines] = await Promise.all([
          regions ? load(regions.url) : none,
          regions && regions.outline ? load(regions.outline) : none,
        ]);
        if (source !== this.source) return; // another one was asked for meanwhile
        this.draw(regions, features, outlines);
      } catch {
        if (source !== this.source) return;
        this.source = "";
        this.frame.alert("地图边界未能载入，请刷新");
      }
      this.pending = false;
    }

    draw(regions, features, outlines) {
      this.frame.hover(null);
      this.layers.clearLayers();
      this.items.clear();
      for (const feature of features) this.add(feature); // by code, what lies on a larger one last
      this.outlines = outlines.map((feature) => this.named(feature, true, this.line(feature, "outline").addTo(this.layers)));
      this.labelled = Boolean(regions && regions.names);
      this.paint(this.values);
      const all = [...this.items.values()];
      const inFocus = all.filter((item) => regions && item.code.startsWith(regions.focus));
      const bounds = (inFocus.length ? inFocus : all).reduce((box, item) => box.extend(item.layer.getBounds()), L.latLngBounds([]));
      if (bounds.isValid()) this.frame.fit(bounds);
      this.frame.note("regions", all.some((item) => item.sketch) ? "示意边界" : "");
    }

    line(feature, className) {
      return L.GeoJSON.geometryToLayer(feature, { renderer: this.top, interactive: false, fill: false, smoothFactor: 0.5, className });
    }

    /* What a feature's name needs to be placed on the map. */
    named(feature, strong, layer) {
      const box = layer.getBounds();
      const area = (box.getEast() - box.getWest()) * (box.getNorth() - box.getSouth());
      return { name: String(feature.properties.name ?? ""), strong, area, anchor: WarRoomLabels.anchor(feature.geometry) };
    }

    add(feature) {
      const { code, sketch } = feature.properties;
      const layer = L.GeoJSON.geometryToLayer(feature, {
        renderer: this.svg, smoothFactor: 0.5, fillOpacity: 1, className: sketch ? "region sketch" : "region",
      });
      const item = { ...this.named(feature, false, layer), code: String(code), sketch: Boolean(sketch), layer, feature, lines: [] };
      item.own = item.name;
      this.items.set(item.code, item);
      layer.addTo(this.layers);
      this.listen(layer.getElement(), item);
    }

    /* The keyboard: Tab reaches a region, Home and End the first and last, Enter or Space picks it, arrows and + -
       still move the map. */
    listen(path, item) {
      path.dataset.code = item.code;
      path.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          this.frame.pick("region", item.code, [item.anchor.lat, item.anchor.lng]);
        } else if (event.key === "Home" || event.key === "End") {
          event.preventDefault();
          [...this.items.values()].at(event.key === "Home" ? 0 : -1).layer.getElement().focus();
        } else if (!event.ctrlKey && !event.metaKey && !event.altKey) {
          this.map.keyboard._onKeyDown(event);
        }
      });
      path.addEventListener("focus", () => {
        if (!path.matches(":focus-visible")) return;
        const at = L.latLng(item.anchor.lat, item.anchor.lng);
        if (!this.map.getBounds().contains(at)) this.map.panTo(at, { animate: false });
        this.frame.hover(item.code, "focused");
      });
      path.addEventListener("blur", () => this.frame.hover(null));
    }

    paint(values) {
      this.values = values;
      const at = new Map();
      if (values) cells(values.codes).forEach((_, i) => at.set(cell(values.codes, i), i));
      for (const item of this.items.values()) {
        const i = at.get(item.code);
        const fill = i === undefined || !values.palette ? null : values.fills[i];
        const missing = Boolean(values && values.palette && fill === null);
        item.name = (i !== undefined && values.names && cell(values.names, i)) || item.own;
        item.lines = i === undefined ? [] : rows(values.lines, i);
        if (missing) item.lines.push({ heading: "", text: "无数据" });
        if (item.sketch) item.lines.push({ heading: "", text: "示意边界" });
        item.layer.setStyle({ fillColor: missing ? "url(#no-data)" : fill === null ? "var(--map-land)" : values.palette[fill] });
        this.say(item);
      }
      for (const item of this.items.values()) item.layer.getElement().toggleAttribute("aria-current", values?.chosen === item.code);
      this.outline("chosen", values ? values.chosen : null);
      this.label();
      const focus = document.activeElement;
      if (focus.matches("path.region:focus-visible")) this.frame.hover(focus.dataset.code, "focused");
    }

    say(item) {
      const path = item.layer.getElement();
      const pickable = this.frame.settings.pickable;
      path.setAttribute("tabindex", pickable ? "0" : "-1");
      path.setAttribute("role", pickable ? "button" : "img");
      path.setAttribute("aria-label", [item.name, ...item.lines.map((line) => `${line.heading} ${line.text}`.trim())].join("，"));
    }

    /* Draw one region's line above all others; kind: chosen, under (the pointer) or focused. */
    outline(kind, code) {
      this.outlined[kind]?.remove();
      const item = this.items.get(code);
      this.outlined[kind] = item ? this.line(item.feature, kind).addTo(this.map) : null;
    }

    label() {
      const larger = (a, b) => b.area - a.area;
      const items = this.labelled ? [...this.outlines.sort(larger), ...[...this.items.values()].sort(larger)] : [];
      this.labels.show(items);
    }
  }

  /* The pattern of missing data; its colours are the theme's, through the style sheet. */
  const hatching = () => {
    const make = (name, attributes, ...children) => {
      const element = document.createElementNS(SVG, name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      element.append(...children);
      return element;
    };
    const ground = make("rect", { width: 6, height: 6, class: "no-data-ground" });
    const stroke = make("path", { d: "M0,0V6", class: "no-data-stroke" });
    const pattern = make("pattern", { id: "no-data", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, ground, stroke);
    return make("defs", {}, pattern);
  };

  return { Regions, cell, rows };
})();
