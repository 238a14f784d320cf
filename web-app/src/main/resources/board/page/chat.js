// The line of chat of one offer. Whatever is said is delivered once: a message is sent under a key of its own until the
// server has acknowledged it, over as many connections as that takes, and the server keeps one for each key.

const PATIENCE = 5000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;
const TRIES = 6;

export class Chat {
  #socket;
  #offer;
  #me;
  #said = new Map();
  #outgoing = [];
  #view;
  #list;
  #opening = false;
  #closed = false;

  constructor(socket, offer, me) {
    this.#socket = socket;
    this.#offer = offer;
    this.#me = me;
    this.#view = document.getElementById('chat').content.firstElementChild.cloneNode(true);
    this.#view.setAttribute('aria-label', `Chat about ${offer.item}`);
    this.#list = this.#view.querySelector('.said');
    this.#view.querySelector('form').addEventListener('submit', (event) => {
      event.preventDefault();
      const input = event.target.elements.text;
      if (input.value.trim() !== '') this.#say(input.value.trim());
      input.value = '';
      input.focus();
    });
    this.#show();
    this.open();
  }

  get view() {
    return this.#view;
  }

  focus() {
    const input = this.#view.querySelector('input');
    (input.closest('form').hidden ? this.#list : input).focus();
  }

  // ---- what the connection does

  /** Joins, and reads what was said before. Called again when the connection is back without what it missed. */
  async open(wait = FIRST_WAIT) {
    if (this.#opening || this.#closed) return;
    this.#opening = true;
    const answer = await this.#ask('open', { offer: this.#offer.id });
    this.#opening = false;
    if (answer.ok) {
      answer.messages.forEach((message) => this.#keep(message));
      this.#trouble('');
      this.#show();
    } else if (answer.retry) {
      this.#trouble('The messages cannot be read at the moment.');
      setTimeout(() => this.open(Math.min(2 * wait, LONGEST_WAIT)), wait);
    } else {
      this.#trouble(answer.error);
    }
  }

  /** The connection is back. */
  resume() {
    this.#outgoing.filter((message) => message.state === 'waiting').forEach((message) => this.#deliver(message));
  }

  close() {
    this.#closed = true;
    this.#socket.emit('close', { offer: this.#offer.id }, () => {});
    this.#view.remove();
  }

  as(me) {
    this.#me = me;
    this.#show();
  }

  heard(message) {
    this.#keep(message);
    this.#show();
  }

  /** Returns the server's answer, or one that says to try again. */
  #ask(event, data) {
    return new Promise((resolve) => {
      this.#socket.timeout(PATIENCE).emit(event, data, (error, answer) => {
        resolve(error ? { ok: false, retry: true } : answer);
      });
    });
  }

  // ---- messages

  #keep(message) {
    this.#said.set(message.id, message);
    this.#outgoing = this.#outgoing.filter(({ key }) => key !== message.key || message.by !== this.#me);
  }

  #say(text) {
    const message = { key: newKey(), text, state: 'sending', tries: 0 };
    this.#outgoing.push(message);
    this.#show();
    this.#deliver(message);
  }

  async #deliver(message) {
    message.state = this.#socket.connected ? 'sending' : 'waiting';
    this.#show();
    if (message.state === 'waiting') return; // resume() goes on
    message.tries++;
    const answer = await this.#ask('say', { offer: this.#offer.id, text: message.text, key: message.key });
    if (!this.#outgoing.includes(message)) return; // heard meanwhile
    if (answer.ok) {
      this.#keep(answer.message);
    } else if (!answer.retry) {
      message.state = 'failed';
      message.error = answer.error;
    } else if (!this.#socket.connected) {
      message.state = 'waiting';
    } else if (message.tries >= TRIES) {
      message.state = 'failed';
      message.error = 'The server does not answer.';
    } else {
      const wait = Math.min(FIRST_WAIT * 2 ** message.tries, LONGEST_WAIT) * (0.5 + Math.random() / 2);
      setTimeout(() => this.#deliver(message), wait);
    }
    this.#show();
  }

  #retry(message) {
    message.tries = 0;
    message.error = undefined;
    this.#deliver(message);
  }

  // ---- showing

  #show() {
    const stay = this.#list.scrollTop + this.#list.clientHeight < this.#list.scrollHeight - 40;
    const said = [...this.#said.values()].sort((a, b) => a.id - b.id);
    this.#list.replaceChildren(
      ...said.map((message) => this.#row(message, message.by === this.#me ? 'sent' : '')),
      ...this.#outgoing.map((message) => this.#row({ ...message, by: this.#me }, message.state, message)),
    );
    this.#view.querySelector('.silence').hidden = this.#list.children.length > 0;
    this.#view.querySelector('form').hidden = this.#me === null;
    if (!stay) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #row({ by, text, error }, state, outgoing) {
    const row = document.getElementById('message-of-chat').content.firstElementChild.cloneNode(true);
    row.classList.toggle('own', by === this.#me);
    row.dataset.state = state;
    row.querySelector('.by').textContent = by === this.#me ? 'You' : by;
    row.querySelector('.text').textContent = text;
    const texts = { sent: 'sent', sending: 'sending…', waiting: 'waiting for the connection…', failed: `not sent: ${error}` };
    row.querySelector('.state').textContent = texts[state] ?? '';
    if (state === 'failed') {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'quiet';
      button.textContent = 'Try again';
      button.addEventListener('click', () => this.#retry(outgoing));
      row.append(button);
    }
    return row;
  }

  #trouble(text) {
    this.#view.querySelector('.trouble').textContent = text;
  }
}

function newKey() {
  // Not crypto.randomUUID(), which browsers lack on pages without TLS.
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
