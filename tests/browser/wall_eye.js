(contrastLeast) => {
  const poster = document.querySelector('.layer.on .poster'), flaws = new Set();
  const arc = parseFloat(document.documentElement.style.getPropertyValue('--arc')) * innerWidth / 100;
  const frame = poster.getBoundingClientRect();
  const name = (one) => `${one.tagName.toLowerCase()}.${(one.getAttribute('class') || '').replaceAll(' ', '.')}`;
  const short = (text) => text.trim().slice(0, 24);

  if (Math.abs(frame.width - innerWidth) > 1 || Math.abs(frame.height - innerHeight) > 1)
    flaws.add(`the poster is ${frame.width}x${frame.height} on a screen of ${innerWidth}x${innerHeight}`);
  const root = document.scrollingElement;
  if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight) flaws.add('the document scrolls');

  // Every element, not the document alone: what it holds is no larger than it is. Of a line of type the room that
  // its font keeps above and below may be larger than the line.
  for (const one of [poster, ...poster.querySelectorAll('*')]) {
    if (!(one instanceof HTMLElement) || !one.clientWidth) continue;
    const size = parseFloat(getComputedStyle(one).fontSize);
    if (one.scrollWidth > one.clientWidth + 1)
      flaws.add(`${name(one)} holds ${one.scrollWidth - one.clientWidth} px more than it is wide: ${short(one.textContent)}`);
    if (one.scrollHeight > one.clientHeight + 1 + 0.35 * size)
      flaws.add(`${name(one)} holds ${one.scrollHeight - one.clientHeight} px more than it is high: ${short(one.textContent)}`);
    const {overflowX, overflowY} = getComputedStyle(one);
    if ([overflowX, overflowY].some((way) => ['auto', 'scroll'].includes(way))) flaws.add(`${name(one)} scrolls`);
    const box = one.getBoundingClientRect();
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
      flaws.add(`${name(one)} lies over the edge: ${short(one.textContent)}`);
  }

  const parse = (colour) => {
    const found = colour.match(/rgba?\(([^)]+)\)/);
    return found ? found[1].split(/[ ,/]+/).map(Number) : null;
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((part) => part / 255).map((c) => (c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4));
    return .2126 * x + .7152 * y + .0722 * z;
  };
  const contrast = (one, other) => {
    const [a, b] = [light(one), light(other)].sort((x, y) => y - x);
    return (a + .05) / (b + .05);
  };
  const opaque = (colour) => { const parts = colour && parse(colour); return parts && (parts[3] ?? 1) > .99 ? parts : null; };
  /** The colour under a point of a text: of the shape or box that is painted there. */
  const under = (text, x, y) => {
    for (const one of document.elementsFromPoint(x, y)) {
      if (one === text || text.contains(one) || ['text', 'tspan'].includes(one.tagName)) continue;
      const style = getComputedStyle(one);
      const found = opaque(one instanceof SVGElement && one.tagName !== 'svg' ? style.fill : style.backgroundColor);
      if (found) return found;
    }
    return opaque(getComputedStyle(document.documentElement).backgroundColor) ?? [255, 255, 255];
  };
  const clips = (one) => {
    const found = [];
    for (let at = one; at && at !== poster.parentElement; at = at.parentElement)
      if (getComputedStyle(at).overflow !== 'visible' || at === poster) found.push(at.getBoundingClientRect());
    return found;
  };

  const walker = document.createTreeWalker(poster, NodeFilter.SHOW_TEXT), boxes = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim()) continue;
    const holder = node.parentElement, style = getComputedStyle(holder);
    if (style.visibility === 'hidden' || style.display === 'none' || holder.closest('title, desc, style')) continue;
    const drawn = holder instanceof SVGElement;
    const size = parseFloat(style.fontSize) * (drawn ? holder.getScreenCTM().a : 1);
    if (size < 16 * arc - .75) flaws.add(`${(size / arc).toFixed(1)}' is too small: ${short(node.data)}`);
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const one of range.getClientRects()) {
      if (!one.width) continue;
      const middle = (one.top + one.bottom) / 2, height = Math.min(one.height, size);
      const box = {left: one.left, right: one.right, top: middle - height / 2, bottom: middle + height / 2, text: short(node.data), drawn};
      for (const clip of clips(holder))
        if (box.left < clip.left - 1.5 || box.right > clip.right + 1.5 || box.top < clip.top - 1.5 || box.bottom > clip.bottom + 1.5)
          flaws.add(`cut: ${box.text}`);
      boxes.push(box);
      const ink = parse(drawn ? style.fill : style.color);
      const halo = drawn && style.paintOrder.startsWith('stroke') && parseFloat(style.strokeWidth) > 0 ? parse(style.stroke) : null;
      const ground = halo ?? under(holder, (one.left + one.right) / 2, middle);
      if (ink && contrast(ink, ground) < contrastLeast - .02)
        flaws.add(`contrast ${contrast(ink, ground).toFixed(1)}: ${box.text}`);
    }
  }
  boxes.forEach((one, at) => {
    for (const other of boxes.slice(at + 1)) {
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (wide > 2 && high > .15 * Math.min(one.bottom - one.top, other.bottom - other.top))
        flaws.add(`"${one.text}" lies over "${other.text}"`);
    }
  });

  // What there is to read: numbers that are no days, runs of characters; labels of a map do not count, nor where they stand in its list.
  const counts = [...poster.querySelectorAll('.pane')].map((pane) => {
    const texts = [], names = [];
    const walk = document.createTreeWalker(pane, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const holder = node.parentElement, drawing = holder.closest('svg');
      if (holder.closest('.sub, .v-badge, title, desc, style')) continue;
      if (drawing?.querySelector('[paint-order]')) names.push(node.data);
      else texts.push(node.data);
    }
    const text = texts.join(' ').replace(/\d+年|\d+月|\d+日/g, ' ');
    const runs = text.match(/[\u4e00-\u9fff]+/g) ?? [];
    const lists = [...pane.querySelectorAll('tbody, ul, ol, .rows')].map((list) => list.children.length);
    return {
      title: pane.querySelector('h1').textContent,
      figures: (text.match(/[0-9][0-9,.]*/g) ?? []).length,
      words: runs.reduce((sum, run) => sum + Math.ceil(run.length / 4), 0),
      rows: Math.max(0, ...lists),
    };
  });
  return {flaws: [...flaws], counts};
}
