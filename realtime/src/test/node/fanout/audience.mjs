// All sockets that receive, in processes of their own.
import { fork } from "node:child_process";
import { once } from "node:events";
import { within } from "../check.mjs";

const PATIENCE = 60_000;

export class Audience {
  #children;

  constructor(children) {
    this.#children = children;
  }

  /** Has so many sockets join the room. */
  static async gather(url, size, processes) {
    const children = Array.from({ length: processes }, () => fork(new URL("listeners.mjs", import.meta.url)));
    const audience = new Audience(children);
    try {
      const shares = children.map((_child, i) => Math.floor((size + i) / processes));
      await audience.#ask((i) => ({ type: "join", url, count: shares[i] }));
      return audience;
    } catch (error) {
      await audience.leave();
      throw error;
    }
  }

  /** Waits until every socket has received so many events since the last reset. */
  async awaitEvents(count) {
    await this.#ask(() => ({ type: "await", count }));
  }

  /** Forgets all events, and returns how many microseconds each has taken to each socket. */
  async reset() {
    return (await this.#ask(() => ({ type: "reset" }))).flatMap(({ micros }) => micros);
  }

  /** Returns the time of processors that the busiest process has taken so far, in milliseconds. */
  async busiest() {
    return Math.max(...(await this.#ask(() => ({ type: "cpu" }))).map(({ millis }) => millis));
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

  async #ask(question) {
    const answers = this.#children.map((child) => once(child, "message").then(([answer]) => answer));
    this.#children.forEach((child, i) => child.send(question(i)));
    return within(Promise.all(answers), PATIENCE, () => `no answer of the clients to ${JSON.stringify(question(0))}`);
  }
}
