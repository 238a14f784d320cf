// A client that keeps to nothing. See README.md.
import { readdirSync } from "node:fs";
import { Attack } from "./hostile/attack.mjs";
import { fuzz } from "./hostile/fuzzer.mjs";
import { readOptions } from "./options.mjs";
import { CONTROL, startServer } from "./server-process.mjs";

const USAGE = `Usage: node hostile.mjs [--url=URL | --start=COMMAND] [--fuzz=N] [--seed=N] [--parallel=N] [--only=TEXT]
  --url       a server of CONTRACT.md that runs, best with the options below
  --start     the command that starts one, with --ping-interval=1000 --ping-timeout=1000 --connect-timeout=2000
              --max-payload=100000; Node's own if both are missing
  --fuzz      how many frames and polls are made up, 100000 if missing
  --seed      of what they are made up from; the time if missing. One seed makes up the same again
  --parallel  how many connections at once, 32 if missing
  --only      only the cases whose names have this text
  --except    without the cases whose names have this text; can be repeated`;

const options = readOptions(
  { url: "", start: CONTROL, fuzz: 100_000, seed: Date.now() % 1_000_000, parallel: 32, only: "", except: [] },
  USAGE,
);
const server = options.url
  ? undefined
  : await startServer(options.start, [
      "--ping-interval=1000",
      "--ping-timeout=1000",
      "--connect-timeout=2000",
      "--max-payload=100000",
    ]);
const attack = new Attack(options.url || server.url, options.only, options.except);
try {
  await attack.begin();
  const folder = new URL("hostile/cases/", import.meta.url);
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".mjs")).sort()) {
    const { default: run } = await import(new URL(file, folder));
    await run(attack);
  }
  if (options.fuzz > 0) {
    await attack.attempt(`${options.fuzz} frames and polls, made up from seed ${options.seed}`, () =>
      fuzz(attack, options.fuzz, options.seed, options.parallel),
    );
  }
  await attack.end();
  if (server) {
    attack.expect(server.isAlive, "the server has ended", server.output);
    attack.expect(server.complaints.length === 0, "the server has written of exceptions", server.complaints.join("\n"));
  }
} finally {
  attack.close();
  await server?.stop();
}
process.exit(attack.summary() ? 0 : 1);
