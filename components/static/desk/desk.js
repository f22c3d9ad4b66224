/* Cells of households by items: typed, pasted as a block from a spreadsheet, added up at once; the page hears them at 保存. */
const at = (id) => document.getElementById(id);
const [head, body, foot] = ['thead', 'tbody', 'tfoot'].map((name) => document.querySelector(name));
const save = at('save'), drop = at('drop'), all = at('all'), names = at('names'), said = at('said');
const tell = (type, more) => parent.postMessage({isStreamlitMessage: true, type: `streamlit:${type}`, ...more}, '*');
let args = null, serial = null, press = 0, columns = [], typed = new Map(), past = [], before = '';

const key = (id, name) => `${id} ${name}`;
const stood = (id, name) => args.amounts[id]?.[name] ?? '';
const now = (id, name) => typed.get(key(id, name)) ?? stood(id, name);
/** A text as hundredths of a yuan; NaN for what is no amount. */
function fen(text) {
  const plain = text.normalize('NFKC').replace(/[,\s]/g, '');
  return plain === '' ? 0 : /^-?\d+(\.\d{1,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : NaN;
}
const yuan = (sum) => (sum / 100).toLocaleString('zh-CN', {minimumFractionDigits: sum % 100 ? 2 : 0, maximumFractionDigits: 2});
const same = (one, other) => one.trim() === other || (one.trim() !== '' && other !== '' && fen(one) === fen(other));

function make(tag, style, text, parent) {
  const made = document.createElement(tag);
  made.className = style;
  made.textContent = text;
  parent.append(made);
  return made;
}

function draw() {
  columns = args.columns.filter((one) => all.checked || one.usual || [...typed.keys()].some((each) => each.endsWith(` ${one.name}`)));
  const rows = [...args.homes].sort((one, other) => (names.checked ? one.head.localeCompare(other.head, 'zh-CN') : 0) || one.number - other.number);
  const upper = document.createElement('tr'), lower = document.createElement('tr');
  const top = (style, text, span) => Object.assign(make('th', style, text, upper), {scope: 'col', ...span});
  top('number', '', {rowSpan: 2});
  top('head', '户主', {rowSpan: 2});
  for (const one of columns) {
    const last = upper.lastElementChild;
    if (last.dataset.kind === one.kind) last.colSpan += 1;
    else Object.assign(top('kind', one.kind, {}).dataset, {kind: one.kind});
    make('th', '', one.subject, lower).scope = 'col';
  }
  top('sum', '收入合计', {rowSpan: 2});
  head.replaceChildren(upper, lower);
  body.replaceChildren(...rows.map(row));
  const below = document.createElement('tr');
  make('th', 'head', `合计 ${rows.length} 户`, below).colSpan = 2;
  for (const one of columns) make('td', '', '', below).dataset.name = one.name;
  make('td', 'sum', '', below);
  foot.replaceChildren(below);
  for (const line of body.rows) add(line);
  addBelow();
}

function row(home) {
  const line = document.createElement('tr');
  line.dataset.id = home.id;
  make('th', 'number', home.number, line);
  Object.assign(make('th', 'head', home.head, line), {scope: 'row', title: `${home.head} ${home.code}`});
  for (const one of columns) {
    const locked = args.otherwise[home.id]?.[one.name];
    const cell = make('td', locked ? 'locked' : '', locked ?? '', line);
    if (locked) {
      cell.title = `${one.subject}已${locked}`;
      continue;
    }
    const input = cell.appendChild(document.createElement('input'));
    input.inputMode = 'decimal';
    input.autocomplete = 'off';
    input.dataset.name = one.name;
    input.value = now(home.id, one.name);
    input.setAttribute('aria-label', `${home.head} ${one.subject}`);
    mark(input);
  }
  make('td', 'sum', '', line);
  return line;
}

const owner = (input) => input.closest('tr').dataset.id;

function mark(input) {
  const id = owner(input), name = input.dataset.name, cell = input.parentElement;
  const reason = args.bad[id]?.[name];
  const untouched = reason && input.value === (args.typed[id]?.[name] ?? null);
  cell.classList.toggle('changed', typed.has(key(id, name)));
  cell.classList.toggle('bad', Number.isNaN(fen(input.value)) || Boolean(untouched));
  cell.title = untouched ? reason : '';
}

function add(line) {
  let sum = 0;
  for (const one of args.columns) if (one.kind !== '支出') sum += fen(now(line.dataset.id, one.name)) || 0;
  line.lastElementChild.textContent = sum ? yuan(sum) : '';
}

function addBelow() {
  const sums = {};
  let whole = 0;
  for (const {id} of args.homes)
    for (const {name, kind} of args.columns) {
      const amount = fen(now(id, name)) || 0;
      sums[name] = (sums[name] ?? 0) + amount;
      if (kind !== '支出') whole += amount;
    }
  for (const cell of foot.rows[0].cells) if (cell.dataset.name) cell.textContent = sums[cell.dataset.name] ? yuan(sums[cell.dataset.name]) : '';
  foot.rows[0].lastElementChild.textContent = yuan(whole);
  save.disabled = drop.disabled = !typed.size;
  save.textContent = typed.size ? `保存（改了 ${typed.size} 格）` : '保存';
}

function put(input, text) {
  const id = owner(input), name = input.dataset.name;
  input.value = text;
  if (same(text, stood(id, name))) typed.delete(key(id, name));
  else typed.set(key(id, name), text);
  mark(input);
  add(input.closest('tr'));
}

function say(words, bad = false) {
  said.textContent = words;
  said.classList.toggle('bad', bad);
}

/** The input so many rows and columns on; null beyond the grid, or where nothing can be typed. */
function beside(input, down, right) {
  const line = [...body.rows].indexOf(input.closest('tr')) + down;
  return body.rows[line]?.cells[input.parentElement.cellIndex + right]?.querySelector('input') ?? null;
}

function step(input, down, right) {
  let next = null;
  for (let far = 1; !next && far <= Math.max(body.rows.length, columns.length); far++) next = beside(input, down * far, right * far);
  next?.focus();
}

body.addEventListener('focusin', ({target}) => {
  before = target.value;
  target.select();
  target.scrollIntoView({block: 'nearest', inline: 'nearest'});
});
body.addEventListener('input', ({target}) => {
  put(target, target.value);
  addBelow();
});
body.addEventListener('change', ({target}) => past.push([[owner(target), target.dataset.name, before]]));
body.addEventListener('keydown', (event) => {
  const input = event.target, whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
  const ends = {ArrowLeft: whole || input.selectionEnd === 0, ArrowRight: whole || input.selectionStart === input.value.length};
  const ways = {Enter: [event.shiftKey ? -1 : 1, 0], ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]};
  if (event.key === 'Escape') {
    put(input, before);
    addBelow();
  } else if (ways[event.key] && ends[event.key] !== false) {
    event.preventDefault();
    step(input, ...ways[event.key]);
  } else if ((event.ctrlKey || event.metaKey) && event.key === 'z' && input.value === before && past.length) {
    event.preventDefault();
    for (const [id, name, text] of past.pop()) {
      const cell = body.querySelector(`tr[data-id="${id}"] input[data-name="${name}"]`);
      if (cell) put(cell, text);
    }
    before = input.value;
    addBelow();
  }
});

body.addEventListener('paste', (event) => {
  const lines = event.clipboardData.getData('text/plain').replace(/\r\n?/g, '\n').replace(/\n+$/, '').split('\n');
  const block = lines.map((line) => line.split('\t'));
  if (block.length === 1 && block[0].length === 1) return;
  event.preventDefault();
  const from = event.target, held = [];
  let left = 0;
  block.forEach((cells, down) => cells.forEach((text, right) => {
    const input = beside(from, down, right), plain = text.trim().replace(/^[￥¥]\s*|\s*元$/g, '').replace(/^[-—－]+$/, '');
    if (!input) {
      left += plain !== '';
      return;
    }
    held.push([owner(input), input.dataset.name, input.value]);
    put(input, plain);
  }));
  past.push(held);
  before = from.value;
  addBelow();
  say(`已贴入 ${held.length} 格${left ? `，另有 ${left} 格超出表格或不能填，没有贴入` : ''}；Ctrl+Z 可退回`, left > 0);
});

for (const box of [all, names]) box.addEventListener('change', draw);
drop.addEventListener('click', () => {
  past.push([...typed].map(([each, text]) => [...each.split(' '), text]));
  typed.clear();
  draw();
  say('已放弃改动，格子里是打开时的数');
});
save.addEventListener('click', () => {
  save.disabled = true;
  say('正在保存…');
  const told = {};
  for (const [each, text] of typed) {
    const [id, name] = each.split(' ');
    (told[id] ??= {})[name] = text;
  }
  press += 1;
  tell('setComponentValue', {value: {serial, press, typed: told}, dataType: 'json'});
});
addEventListener('beforeunload', (event) => {
  if (typed.size) event.preventDefault();
});

addEventListener('message', ({data, source}) => {
  if (source !== parent || data.type !== 'streamlit:render') return;
  for (const [name, colour] of Object.entries(data.args.sheet.colours)) document.documentElement.style.setProperty(`--${name}`, colour);
  tell('setFrameHeight', {height: data.args.sheet.height});
  if (data.args.sheet.serial === serial) return;
  args = data.args.sheet;
  serial = args.serial;
  past = [];
  if (!args.merged) typed = new Map();
  for (const [id, cells] of Object.entries(args.typed))
    for (const [name, text] of Object.entries(cells)) if (!same(text, stood(id, name))) typed.set(key(id, name), text);
  draw();
  say(args.said, args.wrong);
  body.querySelector('td.bad input')?.scrollIntoView({block: 'center'});
});

tell('componentReady', {apiVersion: 1});
