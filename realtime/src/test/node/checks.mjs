// What the stock client sees of a server. See README.md.
import { readdirSync } from "node:fs";
import { readOptions } from "./options.mjs";
import { CONTROL, startServer } from "./server-process.mjs";
import { Checks } from "./check.mjs";

const USAGE = `Usage: node checks.mjs [--url=URL | --start=COMMAND] [--only=TEXT]
  --url    a server of CONTRACT.md that runs, best with --ping-interval=2000 --ping-timeout=1500
  --start  the command that starts one; Node's own if both are missing
  --only   only the checks whose names have this text`;

const options = readOptions({ url: "", start: CONTROL, only: "" }, USAGE);
const server = options.url
  ? undefined
  : await startServer(options.start, ["--ping-interval=2000", "--ping-timeout=1500"]);
const checks = new Checks(options.url || server.url, options.only);
try {
  const folder = new URL("checks/", import.meta.url);
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".mjs")).sort()) {
    const { default: run } = await import(new URL(file, folder));
    await run(checks);
  }
  if (server && !server.isAlive) {
    checks.fail("the server still runs", new Error(`it has ended; it said:\n${server.output}`));
  }
} finally {
  await server?.stop();
}
process.exit(checks.summary() ? 0 : 1);
