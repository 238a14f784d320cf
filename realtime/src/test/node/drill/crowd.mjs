// All clients, in processes of their own.
import { fork } from "node:child_process";
import { once } from "node:events";
import { within } from "../check.mjs";

export class Crowd {
  #children;
  #size;
  #online = 0;
  #round;
  #progress = [];
  #results;
  #waiting = [];

  constructor(children, size) {
    this.#children = children;
    this.#size = size;
    this.#results = children.map(() => undefined);
    children.forEach((child, i) => child.on("message", (message) => this.#on(message, i)));
    this.beginRound();
  }

  /** Has so many clients connect and join the rooms in turn. */
  static async join(url, size, processes, rooms) {
    const children = Array.from({ length: processes }, () => fork(new URL("clients.mjs", import.meta.url)));
    const crowd = new Crowd(children, size);
    try {
      children.forEach((child, i) => {
        const clients = [];
        for (let n = i; n < size; n += processes) {
          clients.push({ number: n, room: `room-${n % rooms}` });
        }
        child.send({ type: "join", url, clients });
      });
      await crowd.#until(() => crowd.#online === size, 60_000, () => `${crowd.#online} of ${size} clients have joined`);
      return crowd;
    } catch (error) {
      await crowd.leave();
      throw error;
    }
  }

  /** Waits until every client has received so many events. */
  async awaitEvents(count, patience) {
    this.#progress = this.#children.map(() => false);
    this.#children.forEach((child) => child.send({ type: "await", count }));
    await this.#until(() => this.#progress.every(Boolean), patience, () => `not every client has received ${count} events`);
  }

  beginRound() {
    this.#round = { left: 0, restarts: 0, recovered: 0, fresh: 0, lost: 0, times: [] };
  }

  async awaitBack(patience) {
    await this.#until(() => this.#online === this.#size, patience, () => `${this.#online} of ${this.#size} clients are back`);
  }

  endRound() {
    return this.#round;
  }

  /** Waits until the clients have received the last event of their room, and returns what they have counted. */
  async finish(last, patience) {
    this.#children.forEach((child) => child.send({ type: "finish", last }));
    await this.#until(() => this.#results.every(Boolean), patience, () => "no result of the clients");
    const all = this.#results;
    const sum = (key) => all.reduce((total, result) => total + result[key], 0);
    return { received: sum("received"), gaps: sum("gaps"), duplicates: sum("duplicates"), disorder: sum("disorder") };
  }

  async leave() {
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode === null && child.signalCode === null) {
          const exit = once(child, "exit");
          child.kill("SIGKILL");
          await exit;
        }
      }),
    );
  }

  #on(message, i) {
    switch (message.type) {
      case "off":
        this.#online--;
        this.#round.left++;
        this.#round.restarts += message.code === 1012 ? 1 : 0;
        break;
      case "gone":
        this.#round.lost++;
        break;
      case "on":
        this.#online++;
        if (message.millis !== undefined) {
          this.#round.times.push(message.millis);
          this.#round[message.recovered ? "recovered" : "fresh"]++;
        }
        break;
      case "received":
        this.#progress[i] = true;
        break;
      case "result":
        this.#results[i] = message;
        break;
      default:
        throw new Error(`unknown message ${message.type}`);
    }
    this.#waiting.forEach((look) => look());
  }

  async #until(condition, patience, otherwise) {
    let look;
    try {
      await within(
        new Promise((resolve) => {
          look = () => condition() && resolve();
          this.#waiting.push(look);
          look();
        }),
        patience,
        otherwise,
      );
    } finally {
      this.#waiting.splice(this.#waiting.indexOf(look), 1);
    }
  }
}
