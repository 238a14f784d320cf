// Numbers events in each room, and has the server emit them in order, each until the server has said that it is safe.
import http from "node:http";

const TIME_LIMIT = 5000;
const PAUSE = 50;

export class Producer {
  #url;
  #interval;
  #rooms;
  #agent = new http.Agent({ keepAlive: true });
  #timer;
  #stopped;
  #due = 0;
  #loops = [];

  emitted = 0;
  repeated = 0;

  constructor(url, rate, rooms) {
    this.#url = url;
    this.#interval = 1000 / rate;
    this.#rooms = Array.from({ length: rooms }, (_, i) => ({ name: `room-${i}`, due: 0, n: 0, safe: 0 }));
  }

  start() {
    const began = performance.now();
    this.#timer = setInterval(() => {
      // What was due while the process was busy is made up for.
      for (const due = Math.floor((performance.now() - began) / this.#interval); this.#due < due; this.#due++) {
        this.#rooms[this.#due % this.#rooms.length].due++;
      }
    }, this.#interval / 2);
    this.#loops = this.#rooms.map((room) => this.#produce(room));
  }

  /** Emits what is due, and returns the last number of each room. */
  async stop() {
    clearInterval(this.#timer);
    this.#stopped ??= Promise.all(this.#loops).then(() => this.#agent.destroy());
    this.#rooms.forEach((room) => {
      room.ended = true;
    });
    await this.#stopped;
    return Object.fromEntries(this.#rooms.map(({ name, n }) => [name, n]));
  }

  /** Ends at once, whatever has become of the last events. */
  abandon() {
    clearInterval(this.#timer);
    this.#rooms.forEach((room) => {
      room.ended = true;
      room.abandoned = true;
    });
    this.#agent.destroy();
  }

  /**
   * The event has three arguments: its number, which attempt to emit it this is, and which attempt at the one before was answered, so
   * that receivers know which repetitions are the producer's.
   */
  async #produce(room) {
    for (;;) {
      if (room.n < room.due) {
        let attempt = 1;
        while (!(await this.#emit({ room: room.name, event: "tick", args: [room.n + 1, attempt, room.safe] }))) {
          if (room.abandoned) {
            return;
          }
          attempt++;
          this.repeated++;
          await pause();
        }
        room.n++;
        room.safe = attempt;
        this.emitted++;
      } else if (room.ended) {
        return;
      } else {
        await pause();
      }
    }
  }

  #emit(event) {
    return new Promise((resolve) => {
      const request = http.request(
        this.#url,
        { method: "POST", agent: this.#agent, timeout: TIME_LIMIT, headers: { "Content-Type": "application/json" } },
        (response) => {
          response.resume();
          response.on("close", () => resolve(response.statusCode === 204));
        },
      );
      request.on("timeout", () => request.destroy());
      request.on("error", () => resolve(false));
      request.end(JSON.stringify(event));
    });
  }
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, PAUSE));
}
