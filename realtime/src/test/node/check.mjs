// Runs checks one after the other, a line each, and closes their clients.
import assert from "node:assert/strict";
import { io, Manager } from "socket.io-client";

const PATIENCE = 10_000;

/** The ways by which a stock client gets to a server. */
export const TRANSPORTS = {
  websocket: { transports: ["websocket"] },
  polling: { transports: ["polling"] },
  upgrade: { transports: ["polling", "websocket"] },
};

export class Checks {
  #only;
  #passed = 0;
  #failed = [];

  constructor(url, only = "") {
    this.url = url;
    this.#only = only;
  }

  /** Runs a check, which gets a scope of clients that ends with it. */
  async check(name, run, patience = PATIENCE) {
    if (!name.includes(this.#only)) {
      return;
    }
    const scope = new Scope(this.url);
    try {
      await within(run(scope), patience, "the check has not ended");
      this.#passed++;
      console.log(`ok      ${name}`);
    } catch (error) {
      this.fail(name, error);
    } finally {
      scope.close();
    }
  }

  /** The same on websocket, on polling, and after an upgrade. */
  async checkEach(name, run, patience = PATIENCE) {
    for (const [transport, options] of Object.entries(TRANSPORTS)) {
      await this.check(
        `${name} (${transport})`,
        async (scope) => {
          const client = await scope.connect("/", options);
          if (transport === "upgrade") {
            await upgraded(client);
          }
          await run(client, scope, options);
          assert.equal(client.io.engine?.transport.name, transport === "polling" ? "polling" : "websocket");
        },
        patience,
      );
    }
  }

  fail(name, error) {
    this.#failed.push(name);
    console.log(`FAILED  ${name}\n        ${String(error.stack ?? error).replaceAll("\n", "\n        ")}`);
  }

  /** Says how many have passed, and returns whether there were some, and all have. */
  summary() {
    console.log(`${this.#passed} checks passed, ${this.#failed.length} failed`);
    return this.#passed > 0 && this.#failed.length === 0;
  }
}

class Scope {
  #closing = [];

  constructor(url) {
    this.url = url;
  }

  /** Returns a stock client, on a connection of its own, that does not wait for the server. */
  client(namespace = "/", options = TRANSPORTS.websocket) {
    const client = io(this.url + namespace, { forceNew: true, reconnection: false, ...options });
    this.#closing.push(() => client.io._close());
    return client;
  }

  /** Returns a stock client that has connected. */
  async connect(namespace, options) {
    const client = this.client(namespace, options);
    await connected(client);
    return client;
  }

  /** Returns a stock manager, for several namespaces on one connection. */
  manager(options = TRANSPORTS.websocket) {
    const manager = new Manager(this.url, { reconnection: false, ...options });
    this.#closing.push(() => manager._close());
    return manager;
  }

  /** Has something closed at the end. */
  closing(close) {
    this.#closing.push(close);
  }

  close() {
    this.#closing.forEach((close) => close());
  }
}

export async function connected(client) {
  if (client.connected) {
    return;
  }
  await within(
    new Promise((resolve, reject) => {
      client.once("connect", resolve);
      client.once("connect_error", reject);
    }),
    PATIENCE,
    "not connected",
  );
}

export async function upgraded(client) {
  const { engine } = client.io;
  if (engine.transport.name !== "websocket") {
    await within(
      new Promise((resolve) => engine.once("upgrade", resolve)),
      PATIENCE,
      "not upgraded",
    );
  }
}

/** Waits for one event and returns its arguments. */
export function once(client, event, patience = PATIENCE) {
  return within(
    new Promise((resolve) => client.once(event, (...args) => resolve(args))),
    patience,
    `no event '${event}'`,
  );
}

/** Waits for so many events and returns the first argument of each. */
export function collect(client, event, count, patience = PATIENCE) {
  const got = [];
  return within(
    new Promise((resolve) => {
      const listener = (arg) => {
        if (got.push(arg) === count) {
          client.off(event, listener);
          resolve(got);
        }
      };
      client.on(event, listener);
    }),
    patience,
    () => `${got.length} of ${count} events '${event}'`,
  );
}

/** Waits for a promise, at most so many milliseconds. */
export async function within(promise, millis, otherwise) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${typeof otherwise === "function" ? otherwise() : otherwise} after ${millis} ms`)),
      millis,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
