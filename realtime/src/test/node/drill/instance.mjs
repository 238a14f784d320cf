// One instance on a port that it keeps over its restarts.
import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";

const READY_PATIENCE = 90_000;
const STOP_PATIENCE = 60_000;
const KEPT_LINES = 100;

export class Instance {
  #command;
  #ready;
  #child;
  #output = [];

  constructor(command, ready, port) {
    this.#command = command.includes("{port}")
      ? command.replaceAll("{port}", port)
      : `${command} --port=${port} --recovery=on`;
    this.#ready = ready;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async create(command, ready) {
    return new Instance(command, ready, await freePort());
  }

  /** Starts it and waits until it is ready. */
  async start() {
    const child = spawn("sh", ["-c", `exec ${this.#command}`], { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        this.#output.push(...text.split("\n").filter(Boolean));
        this.#output.splice(0, this.#output.length - KEPT_LINES);
      });
    }
    const end = Date.now() + READY_PATIENCE;
    while (!(await this.#isReady())) {
      if (!this.#isAlive() || Date.now() > end) {
        throw new Error(`the server is not ready; it said:\n${this.#output.join("\n")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Sends a signal, waits for the end, and returns the exit code or the signal. */
  async stop(signal) {
    const child = this.#child;
    if (child && this.#isAlive()) {
      const exit = once(child, "exit");
      child.kill(signal);
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_PATIENCE);
      await exit;
      clearTimeout(timer);
      if (signal === "SIGTERM" && child.exitCode !== 0) {
        console.error(`exit ${child.exitCode ?? child.signalCode}; it said:\n${this.#output.join("\n")}`);
      }
    }
    return child?.exitCode ?? child?.signalCode;
  }

  #isAlive() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  #isReady() {
    return new Promise((resolve) => {
      const request = http.get(this.url + this.#ready, { agent: false, timeout: 2000 }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      request.on("error", () => resolve(false));
      request.on("timeout", () => request.destroy());
    });
  }
}

/** Returns a port that is free now, below those that the system gives to connections. */
export async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = net.createServer();
    try {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
      server.close();
      await once(server, "close");
      return port;
    } catch (error) {
      if (error.code !== "EADDRINUSE") {
        throw error;
      }
    }
  }
}
