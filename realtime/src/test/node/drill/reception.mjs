/**
 * What one client has received of the events of its room, which are numbered one by one. The producer emits an event once more if it
 * was not told that the former attempt is safe: then one of both, or both, arrive, and the one that it was told of must.
 */
export class Reception {
  #seen = new Set();
  #safe = new Map();
  #last;

  received = 0;
  gaps = 0;
  duplicates = 0;
  disorder = 0;

  constructor(room) {
    this.room = room;
  }

  /** The connection is a new one, which owes nothing of before. */
  restart() {
    this.#last = undefined;
  }

  on(n, attempt, safe) {
    this.received++;
    const key = `${n}.${attempt}`;
    if (this.#seen.has(key)) {
      this.duplicates++;
      return;
    }
    this.#seen.add(key);
    this.#safe.set(n - 1, safe);
    if (this.#last === undefined) {
      this.#last = n;
    } else if (n > this.#last) {
      this.gaps += n - this.#last - 1;
      // The last one has come; was it the attempt that counts?
      if (n === this.#last + 1 && !this.#seen.has(`${n - 1}.${safe}`)) {
        this.gaps++;
      }
      this.#last = n;
    } else if (n < this.#last && this.#safe.get(n) === attempt) {
      // An attempt that was not answered may be late.
      this.disorder++;
    }
  }

  hasReached(n) {
    return this.#last !== undefined && this.#last >= n;
  }

  /** The last event was this one. */
  end(n) {
    this.gaps += this.#last === undefined ? 1 : Math.max(0, n - this.#last);
  }
}
