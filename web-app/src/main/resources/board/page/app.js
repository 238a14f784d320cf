// The page of the trade board: a list that a socket keeps up to date, a chat for each offer, and three forms.

import { io } from './socket.io.esm.min.js';
import { Chat } from './chat.js';

const KEEP_SIGNED_IN = 5 * 60 * 1000;
const REFUSED_WAIT = 5000;
const element = (id) => document.getElementById(id);

let me = null;
let offers = new Map();
const taken = new Set();
const chats = new Map();

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
  chats.forEach((chat) => chat.as(me));
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
  for (const row of [...list.children]) {
    if (!rows.includes(row)) row.remove();
  }
  for (const id of [...chats.keys()].filter((id) => !offers.has(id))) closeChat(id);
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
  const take = row.querySelector('.take');
  take.setAttribute('aria-label', `Take ${offer.item} from ${offer.seller}`);
  take.addEventListener('click', () => attempt(() => takeOffer(offer), take));
  const talk = row.querySelector('.talk');
  talk.setAttribute('aria-label', `Chat about ${offer.item} from ${offer.seller}`);
  talk.addEventListener('click', () => (chats.has(offer.id) ? closeChat(offer.id) : openChat(offer, row)));
  return row;
}

function showOffer(row, offer) {
  row.querySelector('.take').hidden = me === null || me === offer.seller;
  row.querySelector('.talk').setAttribute('aria-expanded', chats.has(offer.id));
  return row;
}

function openChat(offer, row) {
  const chat = new Chat(socket, offer, me);
  chats.set(offer.id, chat);
  row.append(chat.view);
  showOffer(row, offer);
  chat.focus();
}

function closeChat(id) {
  chats.get(id).close();
  chats.delete(id);
  const row = element('offers').querySelector(`[data-id="${id}"]`);
  if (row !== null) showOffer(row, offers.get(id));
}

function showWatchers({ count, names }) {
  element('watchers').replaceChildren(...names.map((name) => {
    const row = document.createElement('li');
    row.textContent = name;
    row.classList.toggle('own', name === me);
    return row;
  }));
  element('nobody').hidden = count > 0;
  element('watching-count').textContent = count > 0 ? `(${count})` : '';
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

function apply({ event, change }) {
  if (event === 'posted') posted(change);
  if (event === 'taken') gone(change.id, change.by);
}

// ---- what the user does

async function takeOffer(offer) {
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
  reconnect();
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
  reconnect();
  element('name').focus();
}, event.target));

// ---- the socket

// What was missed while it was away, the server sends when it is back (recovered). If it cannot, the list is fetched: only once the
// socket is open, so that no change falls between the two.

const socket = io({
  path: new URL('socket.io/', document.baseURI).pathname,
  // Polling only where WebSockets do not pass: it takes a proxy that leads a client to the same instance again.
  transports: ['websocket', 'polling'],
  tryAllTransports: true,
  reconnectionDelay: 500,
  reconnectionDelayMax: 10000,
});
let known = false; // whether the list is known, up to what the socket brings
let early = [];
let fetches = 0;

function showConnection(state) {
  const text = { live: 'live', connecting: 'connecting…', lost: 'reconnecting…' };
  element('connection').dataset.state = state;
  element('connection').textContent = text[state];
}

/** Only a new handshake shows the server who has signed in, or out. */
function reconnect() {
  known = false;
  socket.disconnect().connect();
}

async function fetchAll() {
  const mine = ++fetches;
  const [session, list] = await Promise.all([call('GET', 'api/session'), call('GET', 'api/offers')]);
  if (mine !== fetches) return; // a later one knows better
  offers = new Map(list.offers.filter(({ id }) => !taken.has(id)).map((offer) => [offer.id, offer]));
  const signedOut = me !== null && session.name === null;
  showUser(session.name);
  element('message').textContent = signedOut ? 'You have been signed out. Sign in again.' : '';
  known = true;
  early.splice(0).forEach(apply);
}

socket.on('connect', async () => {
  if (!socket.recovered) known = false;
  socket.emit('present', {}, showWatchers);
  if (!known) {
    try {
      await fetchAll();
    } catch {
      // As if it had been lost: the client waits a while, and comes back.
      if (socket.connected && !known) socket.io.engine.close();
      return;
    }
  }
  if (!socket.connected) return;
  showConnection('live');
  chats.forEach((chat) => {
    if (!socket.recovered) chat.open();
    chat.resume();
  });
});

for (const event of ['posted', 'taken']) {
  socket.on(event, (change) => {
    if (known) apply({ event, change });
    else early.push({ event, change });
  });
}
socket.on('said', (message) => chats.get(message.offer)?.heard(message));
socket.on('present', showWatchers);
socket.on('disconnect', (reason) => {
  showConnection(reason === 'io client disconnect' ? 'connecting' : 'lost');
  if (reason === 'io server disconnect') socket.connect(); // what the client does not do by itself
});
socket.on('connect_error', () => {
  showConnection('lost');
  if (!socket.active) setTimeout(() => socket.connect(), REFUSED_WAIT); // nor this
});

addEventListener('online', () => {
  if (!socket.connected) socket.connect();
});

// A socket does not keep a session alive.
setInterval(() => {
  if (me !== null && document.visibilityState === 'visible') call('GET', 'api/session').catch(() => {});
}, KEEP_SIGNED_IN);

// Without a socket the board can still be read.
fetchAll().then(() => { known &&= socket.connected; }, () => showUser(null));
