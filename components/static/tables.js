// A table says when columns lie to its right: its edge fades, and a button there turns to them. Gone at the last column.
(() => {
  if (window.warRoomTables) return;
  window.warRoomTables = true;
  const buttons = new WeakMap();
  const made = (table) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "table-more", textContent: "右边还有 ›" });
    button.setAttribute("aria-label", "表格右边还有列，向右看");
    button.addEventListener("click", () => table.scrollBy({ left: table.clientWidth * 0.7 }));
    table.after(button);
    return button;
  };
  const look = (table) => {
    const more = table.scrollWidth - table.clientWidth - table.scrollLeft > 12 && getComputedStyle(table).overflowX !== "visible";
    if (!more && !buttons.has(table)) return;
    if (!buttons.get(table)?.isConnected) buttons.set(table, made(table));
    const button = buttons.get(table);
    if (table.classList.contains("goes-on") !== more) table.classList.toggle("goes-on", more);
    const place = `top: ${table.offsetTop + 4}px; left: ${table.offsetLeft + table.offsetWidth - 4}px`;
    if (more && button.style.cssText !== `${place};`) button.style.cssText = place;
  };
  let asked = 0;
  const all = () => { asked = 0; document.querySelectorAll(".stHtml .table").forEach(look); };
  const soon = () => { asked ||= requestAnimationFrame(all); };
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
  new ResizeObserver(soon).observe(document.body);
  window.addEventListener("resize", soon);
  document.addEventListener("scroll", (event) => event.target instanceof Element && event.target.matches(".table") && look(event.target), true);
  document.addEventListener("toggle", soon, true);
  soon();
})();
