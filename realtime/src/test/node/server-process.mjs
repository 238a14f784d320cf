// A server under test as a process of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const PATIENCE = 60_000;
const KEPT_LINES = 200;

/** What a line has that tells of an exception, in Java or in Node. */
const COMPLAINT = /^\s+at [\w.$/<>]+ ?\(|\b[A-Z]\w*(Exception|Error)\b|\bERROR\b/;

/** The control, which every program tries unless it is told of another server. */
export const CONTROL = `'${process.execPath}' '${new URL("control-server.mjs", import.meta.url).pathname}'`;

/**
 * Starts a server that keeps CONTRACT.md, and waits until it listens.
 *
 * @param command how, as a line for the shell
 * @param options what is added to it
 */
export async function startServer(command, options = []) {
  const child = spawn("sh", ["-c", `exec ${command} "$@"`, "sh", ...options], { stdio: ["ignore", "pipe", "pipe"] });
  const server = new ServerProcess(child);
  try {
    await server.awaitAddress();
    return server;
  } catch (error) {
    await server.stop("SIGKILL");
    throw error;
  }
}

class ServerProcess {
  #child;
  #exit;
  #output = [];
  #address;

  /** The first lines that tell of exceptions. */
  complaints = [];

  constructor(child) {
    this.#child = child;
    this.#exit = once(child, "exit");
    this.#exit.catch(() => {});
    this.#address = new Promise((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        createInterface(stream).on("line", (line) => {
          this.#output.push(line);
          if (this.#output.length > KEPT_LINES) {
            this.#output.shift();
          }
          if (COMPLAINT.test(line) && this.complaints.length < KEPT_LINES) {
            this.complaints.push(line);
          }
          const match = /Listening on (http:\/\/[^/\s]+)/.exec(line);
          if (match) {
            resolve(match[1]);
          }
        });
      }
      child.once("error", reject);
      child.once("close", (code, signal) => reject(new Error(`the server has ended with ${code ?? signal}`)));
    });
    this.#address.catch(() => {});
  }

  async awaitAddress() {
    let timer;
    const late = new Promise((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`the server does not listen after ${PATIENCE} ms`)), PATIENCE);
    });
    try {
      this.url = await Promise.race([this.#address, late]);
    } catch (error) {
      throw new Error(`${error.message}; it said:\n${this.output}`);
    } finally {
      clearTimeout(timer);
    }
  }

  get pid() {
    return this.#child.pid;
  }

  /** The last lines that it has written. */
  get output() {
    return this.#output.join("\n");
  }

  get isAlive() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends a signal and waits for the end; kills what has not ended after so many milliseconds. Returns the exit code or the signal. */
  async stop(signal = "SIGTERM", patience = 30_000) {
    if (this.isAlive) {
      this.#child.kill(signal);
      const timer = setTimeout(() => this.#child.kill("SIGKILL"), patience);
      await this.#exit;
      clearTimeout(timer);
    }
    return this.#child.exitCode ?? this.#child.signalCode;
  }
}
