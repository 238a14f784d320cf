// What all hostile cases share: connections that are watched for answers with 5xx, and a server that has to be as before at the end.
import assert from "node:assert/strict";
import http from "node:http";
import net from "node:net";
import { WebSocket } from "ws";
import { within } from "../check.mjs";

const PATIENCE = 15_000;

/** How long a case may take, and how long after all of them what they have left may stay. */
const CASE_PATIENCE = 60_000;
const END_PATIENCE = 30_000;
const MOST_REPORTED = 20;

export class Attack {
  #only;
  #except;
  #agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  #before;
  #faults = [];
  statuses = new Map();
  cases = 0;

  constructor(url, only = "", except = []) {
    this.url = new URL(url);
    this.#only = only;
    this.#except = except;
  }

  /** Sees how the server is before. */
  async begin() {
    this.#before = await this.state();
    const { pingInterval, pingTimeout, maxPayload, sid } = await this.open();
    Object.assign(this, { pingInterval, pingTimeout, maxPayload });
    await this.post(sid, "1");
  }

  async attempt(name, run) {
    if (!name.includes(this.#only) || this.#except.some((text) => name.includes(text))) {
      return;
    }
    const faults = this.#faults.length;
    const began = Date.now();
    try {
      await within(run(), name.includes("made up") ? 3_600_000 : CASE_PATIENCE, "the case has not ended");
      await this.#serves();
      this.cases++;
    } catch (error) {
      this.fault(`${error.stack ?? error}`);
    }
    console.log(`${this.#faults.length === faults ? "ok     " : "FAILED "} ${name} (${Date.now() - began} ms)`);
    this.#faults.slice(faults, faults + MOST_REPORTED).forEach((fault) => console.log(`        ${fault}`));
  }

  fault(what) {
    this.#faults.push(what.replaceAll("\n", "\n        "));
  }

  expect(holds, otherwise, details = "") {
    if (!holds) {
      this.fault(otherwise);
      console.log(`FAILED  ${otherwise}\n${details}`);
    }
  }

  /** Waits until the server has no more sessions than before. */
  async end() {
    await this.attempt("the server serves, and has as many sessions as before", async () => {
      const end = Date.now() + END_PATIENCE;
      for (;;) {
        const now = await this.state();
        if (now.sessions <= this.#before.sessions && now.sockets <= this.#before.sockets) {
          return;
        }
        if (Date.now() > end) {
          assert.deepEqual(now, this.#before, "what is open is more than before");
        }
        await sleep(200);
      }
    });
  }

  close() {
    this.#agent.destroy();
  }

  summary() {
    const statuses = [...this.statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count} x ${status}`);
    console.log(`answers: ${statuses.join(", ") || "none"}`);
    console.log(`${this.cases} cases passed, ${this.#faults.length} faults`);
    return this.cases > 0 && this.#faults.length === 0;
  }

  async state() {
    const { status, body } = await this.request({ path: "/control/state" });
    assert.equal(status, 200);
    return JSON.parse(body);
  }

  /** Sends a request, by a client that is well-behaved as far as HTTP goes, and returns the answer, which may not be 5xx. */
  async request(what) {
    try {
      return await this.#send(what);
    } catch (error) {
      // The server may have closed a kept connection just then, for which HTTP has the client try again.
      if (error.reused && error.code === "ECONNRESET" && (what.method ?? "GET") === "GET") {
        return this.#send(what);
      }
      throw error;
    }
  }

  #send({ method = "GET", path, body, headers = {}, chunks }) {
    return within(
      new Promise((resolve, reject) => {
        const request = http.request(
          { agent: this.#agent, host: this.url.hostname, port: this.url.port, method, path, headers },
          (response) => {
            const parts = [];
            response.on("data", (part) => parts.push(part));
            response.on("error", reject);
            response.on("end", () => {
              this.answered(response.statusCode, `${method} ${path}`);
              resolve({ status: response.statusCode, body: Buffer.concat(parts).toString(), headers: response.headers });
            });
          },
        );
        request.on("error", (error) => reject(Object.assign(error, { reused: request.reusedSocket })));
        (chunks ?? []).forEach((chunk) => request.write(chunk));
        request.end(body);
      }),
      PATIENCE,
      `no answer to ${method} ${path.slice(0, 100)}`,
    );
  }

  answered(status, what) {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (status >= 500) {
      this.fault(`${status} for ${what.slice(0, 200)}`);
    }
  }

  path(sid = "", base = "socket.io") {
    return `/${base}/?EIO=4&transport=polling${sid && `&sid=${sid}`}`;
  }

  /** Opens a session by polling and returns the handshake. */
  async open(base) {
    const { status, body } = await this.request({ path: this.path("", base) });
    assert.equal(status, 200, body);
    return JSON.parse(body.slice(1));
  }

  /** The same, with the main namespace connected, and nothing waiting. */
  async connect() {
    const { sid } = await this.open();
    assert.equal((await this.post(sid, "40")).status, 200);
    for (let got = ""; !got.includes('42["auth"'); ) {
      const { status, body } = await this.poll(sid);
      assert.equal(status, 200);
      got += body;
    }
    return sid;
  }

  poll(sid, base) {
    return this.request({ path: this.path(sid, base) });
  }

  post(sid, body, base) {
    return this.request({
      method: "POST",
      path: this.path(sid, base),
      body,
      headers: { "Content-Type": "text/plain;charset=UTF-8" },
    });
  }

  /** Opens a WebSocket and returns it, with what it has received in `received`, and the code of its close as a promise in `closed`. */
  socket({ base = "socket.io", query = "EIO=4&transport=websocket", ...options } = {}) {
    const socket = new WebSocket(`ws://${this.url.host}/${base}/?${query}`, { perMessageDeflate: false, ...options });
    socket.received = [];
    socket.closed = new Promise((resolve) => socket.once("close", resolve));
    socket.opened = new Promise((resolve) => {
      socket.once("open", resolve);
      socket.once("close", resolve);
    });
    socket.on("error", () => {});
    socket.on("unexpected-response", (_request, response) => {
      this.answered(response.statusCode, `the handshake with ${query}`);
      socket.refusal = response.statusCode;
      response.resume();
      socket.terminate();
    });
    socket.on("message", (data, isBinary) => socket.received.push(isBinary ? data : data.toString()));
    return socket;
  }

  /** Opens a WebSocket with the main namespace connected. */
  async connectedSocket(options) {
    const socket = this.socket(options);
    await within(socket.opened, PATIENCE, "not open");
    socket.send("40");
    await until(() => socket.received.some((packet) => String(packet).startsWith("40")), "not connected");
    return socket;
  }

  /** Sends frames after the main namespace has been connected, and waits until the server has closed. */
  async closesUpon(...frames) {
    const socket = await this.connectedSocket();
    frames.forEach((frame) => socket.send(frame));
    const code = await within(socket.closed, PATIENCE, "not closed");
    return code;
  }

  /** Opens a TCP connection and sends text as it is; `received` has what came, `ended` is a promise of its end. */
  raw(text = "") {
    const socket = net.connect({ host: this.url.hostname, port: this.url.port });
    socket.received = "";
    socket.on("data", (data) => {
      socket.received += data.toString("latin1");
    });
    socket.on("error", () => {});
    socket.ended = new Promise((resolve) => socket.once("close", resolve));
    socket.write(text.replaceAll("HOST", this.url.host), "latin1");
    return socket;
  }

  /** Sends raw text, waits for an answer or the end of the connection, and returns the status, 0 if it was cut. */
  async rawStatus(text, what) {
    const socket = this.raw(text);
    await within(
      Promise.race([socket.ended, until(() => /^HTTP\/1\.\d \d{3} /.test(socket.received), "no answer", PATIENCE)]),
      PATIENCE,
      `no answer to ${what}`,
    );
    socket.destroy();
    const status = Number(/^HTTP\/1\.\d (\d{3}) /.exec(socket.received)?.[1] ?? 0);
    if (status) {
      this.answered(status, what);
    }
    return status;
  }

  async #serves() {
    const socket = await this.connectedSocket();
    socket.send('421["message-with-ack","alive"]');
    await until(() => socket.received.includes('431["alive"]'), "the server does not serve any more");
    socket.close();
    await within(socket.closed, PATIENCE, "not closed");
  }
}

export function sleep(millis) {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

export async function until(condition, otherwise, patience = PATIENCE) {
  const end = Date.now() + patience;
  while (!condition()) {
    if (Date.now() > end) {
      throw new Error(`${otherwise} after ${patience} ms`);
    }
    await sleep(5);
  }
}
