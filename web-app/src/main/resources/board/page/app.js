// The page of the trade board: a list that a socket keeps up to date, and three forms.

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15000;
const element = (id) => document.getElementById(id);

let me = null;
let offers = new Map();
const taken = new Set();

// ---- talking to the server

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: method === 'POST' ? { 'Content-Type': 'application/json' } : {},
      body: method === 'POST' ? JSON.stringify(body ?? {}) : undefined,
      cache: 'no-store',
    });
  } catch {
    throw new Error('The server cannot be reached. Look at the board, then try again.');
  }
  const answer = await response.json().catch(() => ({}));
  if (response.status === 401) {
    showUser(null);
    throw new Error('You are no longer signed in. Sign in again.');
  }
  if (!response.ok) {
    throw new Error(answer.detail ?? `The server answered ${response.status}. Try again.`);
  }
  return answer;
}

// ---- showing

function showUser(name) {
  me = name;
  element('sign-in').hidden = me !== null;
  element('signed-in').hidden = me === null;
  element('post').hidden = me === null;
  element('who').textContent = me ?? '';
  showOffers();
}

function showOffers() {
  const list = element('offers');
  const shown = new Map([...list.children].map((row) => [row.dataset.id, row]));
  const newestFirst = [...offers.values()].sort((a, b) => b.id - a.id);
  const rows = newestFirst.map((offer) => showOffer(shown.get(String(offer.id)) ?? newRow(offer), offer));
  const focused = document.activeElement;
  if (list.contains(focused) && !rows.some((row) => row.contains(focused))) {
    element('offers-title').focus();
  }
  for (const row of list.querySelectorAll('li')) {
    if (!rows.includes(row)) row.remove();
  }
  rows.forEach((row, at) => {
    if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
  });
  element('none').hidden = rows.length > 0;
  element('count').textContent = rows.length > 0 ? `(${rows.length})` : '';
}

function newRow(offer) {
  const row = element('offer').content.firstElementChild.cloneNode(true);
  row.dataset.id = offer.id;
  row.querySelector('.item').textContent = offer.item;
  row.querySelector('.price').textContent = `${offer.price.toLocaleString('en')} gold`;
  row.querySelector('.seller').textContent = `from ${offer.seller}`;
  const button = row.querySelector('button');
  button.setAttribute('aria-label', `Take ${offer.item} from ${offer.seller}`);
  button.addEventListener('click', () => attempt(() => take(offer), button));
  return row;
}

function showOffer(row, offer) {
  row.querySelector('button').hidden = me === null || me === offer.seller;
  return row;
}

function say(text) {
  element('news').textContent = text;
}

async function attempt(action, button) {
  element('message').textContent = '';
  button.disabled = true;
  try {
    await action();
  } catch (error) {
    element('message').textContent = error.message;
  } finally {
    button.disabled = false;
  }
}

// ---- changes of the board, in whatever order they arrive

function posted(offer) {
  if (taken.has(offer.id) || offers.has(offer.id)) return;
  offers.set(offer.id, offer);
  showOffers();
  say(`New: ${offer.item} for ${offer.price} gold`);
}

function gone(id, by) {
  taken.add(id);
  const offer = offers.get(id);
  if (!offers.delete(id)) return;
  showOffers();
  say(by === me ? `You took ${offer.item}` : `${by} took ${offer.item}`);
}

function apply(change) {
  if (change.type === 'posted') posted(change.offer);
  if (change.type === 'taken') gone(change.id, change.by);
}

// ---- what the user does

async function take(offer) {
  const change = await call('POST', `api/offers/${offer.id}/take`);
  gone(change.id, change.by);
  if (document.activeElement === document.body) element('offers-title').focus(); // the button is gone
}

function onSubmit(id, action) {
  element(id).addEventListener('submit', (event) => {
    event.preventDefault();
    const form = event.target;
    attempt(() => action(form), form.querySelector('button'));
  });
}

onSubmit('sign-in', async () => {
  const answer = await call('POST', 'api/session', { name: element('name').value });
  showUser(answer.name);
  element('item').focus();
});

onSubmit('post', async (form) => {
  posted(await call('POST', 'api/offers', { item: element('item').value, price: element('price').valueAsNumber }));
  form.reset();
  element('item').focus();
});

element('sign-out').addEventListener('click', (event) => attempt(async () => {
  await call('DELETE', 'api/session');
  showUser(null);
  element('name').focus();
}, event.target));

// ---- the socket: opened first, then the list is fetched, so that no change falls between the two

let wait = FIRST_WAIT;
let timer;
let fetches = 0;

function showConnection(state) {
  const text = { live: 'live', connecting: 'connecting…', lost: 'reconnecting…' };
  element('connection').dataset.state = state;
  element('connection').textContent = text[state];
}

async function fetchAll(early) {
  const mine = ++fetches;
  const [session, list] = await Promise.all([call('GET', 'api/session'), call('GET', 'api/offers')]);
  if (mine !== fetches) return; // a later one knows better
  offers = new Map(list.offers.filter(({ id }) => !taken.has(id)).map((offer) => [offer.id, offer]));
  const signedOut = me !== null && session.name === null;
  showUser(session.name);
  element('message').textContent = signedOut ? 'You have been signed out. Sign in again.' : '';
  early.splice(0).forEach(apply);
}

function connect() {
  clearTimeout(timer);
  timer = undefined;
  const url = new URL('live', document.baseURI);
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new WebSocket(url);
  const early = [];
  let fetched = false;
  socket.addEventListener('open', async () => {
    try {
      await fetchAll(early);
      fetched = true;
      if (socket.readyState !== WebSocket.OPEN) return;
      wait = FIRST_WAIT;
      showConnection('live');
    } catch {
      socket.close();
    }
  });
  socket.addEventListener('message', (event) => {
    const change = JSON.parse(event.data);
    if (fetched) apply(change);
    else early.push(change);
  });
  socket.addEventListener('close', () => {
    showConnection('lost');
    // Somewhere in the upper half of the wait, so that the clients of a restarted server do not come back at once.
    timer = setTimeout(connect, wait * (0.5 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT);
  });
}

addEventListener('online', () => {
  if (timer !== undefined) connect();
});

// Without a socket the board can still be read.
fetchAll([]).catch(() => showUser(null));
connect();
