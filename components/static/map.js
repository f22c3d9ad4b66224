"use strict";
/* The frame of the map: controls, tooltip, picking, and maps that follow each other. */
window.WarRoomMap = (() => {
  const element = (name, className, parent) => L.DomUtil.create(name, className, parent);

  class Frame {
    constructor(map) {
      this.map = map;
      this.settings = { colours: {}, pickable: false, link: null };
      [this.hovered, this.explained] = [null, null];
      this.notes = {};
      const box = map.getContainer();
      this.tip = element("div", "map-tip", box);
      this.tip.setAttribute("role", "tooltip");
      this.corner = element("div", "map-note", box);
      this.message = element("div", "map-alert", box);
      this.message.setAttribute("role", "alert");
      // On the map before streamlit-folium listens to its layers' clicks: what this one reports reaches Python.
      this.reporter = L.layerGroup().addTo(map);
      this.regions = new WarRoomRegions.Regions(this);
      this.points = new WarRoomPoints.Points(this);
      this.controls();
      map.on("click", (event) => this.clicked(event));
      map.on("mousemove", (event) => this.moved(event));
      map.on("mouseout movestart", () => this.hover(null));
      map.on("move", () => this.bounds && this.tell({ view: { ...map.getCenter(), zoom: map.getZoom() } }));
      new ResizeObserver(() => this.resized()).observe(box);
    }

    controls() {
      L.control.zoom({ zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(this.map);
      const whole = L.control({ position: "topleft" });
      whole.onAdd = () => {
        const bar = element("div", "leaflet-bar");
        const button = element("button", "map-whole", bar);
        button.type = "button";
        button.textContent = "全图";
        button.title = "显示全图";
        L.DomEvent.disableClickPropagation(bar);
        button.addEventListener("click", () => this.bounds && this.fit(this.bounds));
        return bar;
      };
      whole.addTo(this.map);
      this.map.getContainer().prepend(this.map.getContainer().querySelector(".leaflet-control-container")); // Tab finds them first
    }

    draw({ settings, regions = null, values = null, points = null }) {
      this.settings = settings;
      const box = this.map.getContainer();
      for (const [name, colour] of Object.entries(settings.colours)) box.style.setProperty(`--map-${name.replaceAll("_", "-")}`, colour);
      box.style.setProperty("--map-text", `${settings.text}px`);
      box.setAttribute("role", "application");
      box.setAttribute("aria-label", settings.label);
      box.classList.toggle("pickable", settings.pickable);
      this.link(settings.link);
      this.hover(null);
      this.regions.show(regions, values);
      this.points.show(points);
      this.frameless(regions, points);
    }

    /* Without any boundary the points themselves say where to look. */
    frameless(regions, points) {
      const source = regions || !points ? "" : points.ids.join();
      if (source && source !== this.sourceless) this.fit(L.latLngBounds(this.points.items.map((item) => item.at)).pad(0.1));
      this.sourceless = source;
    }

    fit(bounds) {
      this.bounds = bounds;
      this.map.fitBounds(bounds, { padding: [12, 12], maxZoom: 16, animate: false });
      this.fitted = this.view();
    }

    view() {
      return JSON.stringify([this.map.getCenter(), this.map.getZoom()]);
    }

    /* A view that nobody has moved stays fitted when the map's box changes. */
    resized() {
      const untouched = this.bounds && this.view() === this.fitted;
      this.map.invalidateSize({ animate: false });
      if (untouched) this.fit(this.bounds);
    }

    clicked(event) {
      const point = this.points.under(event.containerPoint);
      const code = this.regionOf(event);
      if (point) this.pick(this.points.kind, point.id, event.latlng);
      else if (code !== null) this.pick("region", code, event.latlng);
    }

    /* The time makes each click a new value, so that the same region can be picked again. */
    pick(kind, id, latlng) {
      if (!this.settings.pickable) return;
      const properties = { kind, id, at: Date.now() };
      this.reporter.fire("click", { latlng: L.latLng(latlng), layer: { toGeoJSON: () => ({ type: "Feature", geometry: null, properties }) } });
    }

    moved(event) {
      const point = this.points.under(event.containerPoint);
      this.map.getContainer().classList.toggle("on-point", Boolean(point));
      this.pointer = event.containerPoint;
      this.hover(this.regionOf(event));
      if (point) this.describe(point.label || "", point.lines, this.pointer);
    }

    /* The code of the region whose path an event of the map came from, or null. */
    regionOf(event) {
      return event.originalEvent.target.dataset?.code ?? null;
    }

    /* The region under the pointer (or "focused"), or null; the linked map hears of it. */
    hover(code, kind = "under") {
      if (code !== this.hovered) this.tell({ hover: code });
      this.hovered = code;
      this.explain(code, kind === "under" ? this.pointer : null, kind);
    }

    explain(code, at, kind = "under") {
      const item = this.regions.items.get(code);
      if (code !== this.explained) {
        this.regions.outline("under", null);
        this.regions.outline("focused", null);
        this.regions.outline(kind, code);
        this.explained = code;
      }
      if (item) this.describe(item.name, item.lines, at || this.map.latLngToContainerPoint(item.anchor));
      else this.tip.classList.remove("shown");
    }

    describe(title, lines, at) {
      const line = (className, ...texts) => {
        const row = element("div", className);
        for (const text of texts.filter(Boolean)) element("span", "", row).textContent = text;
        return row;
      };
      this.tip.replaceChildren(...(title ? [line("map-tip-title", title)] : []), ...lines.map(({ heading, text }) => line("map-tip-line", heading, text)));
      this.tip.classList.add("shown");
      const size = this.map.getSize(), room = 14;
      const left = at.x + room + this.tip.offsetWidth > size.x ? at.x - room - this.tip.offsetWidth : at.x + room;
      const top = at.y + room + this.tip.offsetHeight > size.y ? at.y - room - this.tip.offsetHeight : at.y + room;
      this.tip.style.transform = `translate(${Math.max(left, 4)}px, ${Math.max(top, 4)}px)`;
    }

    note(about, text) {
      this.notes[about] = text;
      this.corner.textContent = [...new Set(Object.values(this.notes))].filter(Boolean).join(" · ");
    }

    alert(text) {
      this.message.textContent = text;
    }

    link(name) {
      if (name === this.linked) return;
      if (this.channel) this.channel.close();
      this.linked = name;
      this.channel = name ? new BroadcastChannel(name) : null;
      if (this.channel) this.channel.onmessage = ({ data }) => this.follow(data);
    }

    tell(news) {
      if (this.channel && !this.following) this.channel.postMessage(news);
    }

    /* What the other map does is done here without telling it back. */
    follow(news) {
      this.following = true;
      try {
        if (news.view) this.map.setView(news.view, news.view.zoom, { animate: false });
        if ("hover" in news) this.explain(news.hover, null);
      } finally {
        this.following = false;
      }
    }
  }

  const create = (id) => {
    const map = L.map(id, {
      center: [0, 0], zoom: 3, minZoom: 3, maxZoom: 18, zoomSnap: 0.25, trackResize: false,
      zoomControl: false, attributionControl: false, doubleClickZoom: false,
      dragging: !matchMedia("(pointer: coarse)").matches, // one finger scrolls the page, two move the map
      zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    });
    // Leaflet focuses the map at the first press: the page around the frame must not scroll under the pointer for that.
    const box = map.getContainer(), focus = box.focus.bind(box);
    box.focus = () => focus({ preventScroll: true });
    map.warRoom = new Frame(map);
    (window.warRoomFrames ??= []).push(map.warRoom); // a sheet of paper has it follow its place at once
    return map;
  };

  return { create };
})();
