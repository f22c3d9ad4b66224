/* Rows moved by mouse, finger or keys; the page hears the ids in their order after each move. */
const list = document.getElementById('rows'), said = document.getElementById('said');
let turn = null, held = null;
const tell = (type, more) => parent.postMessage({isStreamlitMessage: true, type: `streamlit:${type}`, ...more}, '*');

function row({id, name, mark, colour, note}) {
  const one = document.createElement('li');
  one.tabIndex = 0;
  one.dataset.id = id;
  one.dataset.name = name;
  const part = (tag, style, text, label) => {
    const made = one.appendChild(document.createElement(tag));
    made.className = style;
    made.textContent = text;
    if (label) made.setAttribute('aria-label', label);
    return made;
  };
  part('span', 'grip', '≡').setAttribute('aria-hidden', 'true');
  part('span', 'number', '');
  const named = part('span', 'name', '');
  const sign = named.appendChild(document.createElement('b'));
  sign.textContent = `${mark} `;
  sign.style.color = colour;
  named.append(name);
  part('span', 'note', note);
  part('button', 'up', '▲', `${name} 上移`).type = 'button';
  part('button', 'down', '▼', `${name} 下移`).type = 'button';
  return one;
}

function number() {
  [...list.children].forEach((one, at) => {
    one.querySelector('.number').textContent = at + 1;
    one.setAttribute('aria-label', `第 ${at + 1} 户 ${one.dataset.name}`);
  });
}

function moved(one) {
  number();
  said.textContent = `${one.dataset.name} 现在是第 ${[...list.children].indexOf(one) + 1} 户`;
  tell('setComponentValue', {value: {turn, order: [...list.children].map((each) => Number(each.dataset.id))}, dataType: 'json'});
}

/** A row to a place; the focus stays where it was, on the row or on its button. */
function put(one, place) {
  const others = [...list.children].filter((each) => each !== one), focused = document.activeElement;
  const at = Math.max(0, Math.min(others.length, place));
  if ([...list.children].indexOf(one) === at) return;
  list.insertBefore(one, others[at] ?? null);
  focused.focus({preventScroll: true});
  one.scrollIntoView({block: 'nearest'});
  moved(one);
}

list.addEventListener('keydown', (event) => {
  const one = event.target;
  if (one.tagName !== 'LI') return;
  const at = [...list.children].indexOf(one);
  const to = {ArrowUp: at - 1, ArrowDown: at + 1, PageUp: at - 5, PageDown: at + 5, Home: 0, End: list.children.length}[event.key];
  if (to === undefined) return;
  event.preventDefault();
  put(one, to);
});

list.addEventListener('click', (event) => {
  const pressed = event.target.closest('button');
  if (!pressed) return;
  const one = pressed.closest('li');
  put(one, [...list.children].indexOf(one) + (pressed.className === 'up' ? -1 : 1));
});

list.addEventListener('pointerdown', (event) => {
  if (!event.target.closest('.grip') || event.button) return;
  event.preventDefault();
  const one = event.target.closest('li');
  held = {one, at: [...list.children].indexOf(one), y: event.clientY, pointer: event.pointerId};
  one.classList.add('held');
  list.setPointerCapture(event.pointerId);
  requestAnimationFrame(rolling);
});

list.addEventListener('pointermove', (event) => {
  if (held && event.pointerId === held.pointer) {
    held.y = event.clientY;
    follow();
  }
});

function follow() {
  for (const other of list.children) {
    const box = other.getBoundingClientRect();
    if (other === held.one || held.y < box.top || held.y > box.bottom) continue;
    const below = held.one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
    list.insertBefore(held.one, below ? other.nextSibling : other);
    number();
    return;
  }
}

/** Near an edge the list rolls on under the held row. */
function rolling() {
  if (!held) return;
  const box = list.getBoundingClientRect(), edge = 40;
  const step = held.y < box.top + edge ? -8 : held.y > box.bottom - edge ? 8 : 0;
  if (step) {
    list.scrollTop += step;
    follow();
  }
  requestAnimationFrame(rolling);
}

for (const end of ['pointerup', 'pointercancel'])
  list.addEventListener(end, (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    const {one, at} = held;
    one.classList.remove('held');
    held = null;
    if ([...list.children].indexOf(one) !== at) moved(one);
  });

addEventListener('message', ({data, source}) => {
  if (source !== parent || data.type !== 'streamlit:render' || data.args.turn === turn) return;
  turn = data.args.turn;
  for (const [name, colour] of Object.entries(data.args.colours)) document.documentElement.style.setProperty(`--${name}`, colour);
  list.replaceChildren(...data.args.rows.map(row));
  number();
  tell('setFrameHeight', {height: data.args.height});
});

tell('componentReady', {apiVersion: 1});
