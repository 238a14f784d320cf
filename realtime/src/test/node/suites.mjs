// Runs the official suites of the protocols, from a checkout of socketio/socket.io, against a server. See README.md.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { readOptions } from "./options.mjs";
import { CONTROL, startServer } from "./server-process.mjs";

/** The suites, with the cases that each is known to have. */
const SUITES = [
  { folder: "docs/engine.io-protocol/v4-test-suite", cases: 25 },
  { folder: "docs/socket.io-protocol/v5-test-suite", cases: 32 },
];

/** What the suites are written for. */
const SERVER_OPTIONS = [
  "--ping-interval=300",
  "--ping-timeout=200",
  "--connect-timeout=1000",
  "--max-payload=1000000",
];

/** Where the suites look for the server: the only thing that is changed in the copies, since the port may be somebody else's. */
const ADDRESS = 'const URL = "http://localhost:3000";';

const TIME_LIMIT = 120_000;
const USAGE = `Usage: node suites.mjs --checkout=FOLDER [--start=COMMAND] [--rounds=N] [--work=FOLDER]
  --checkout  a checkout of socketio/socket.io; the suites are copied and installed elsewhere
  --start     the command that starts the server of CONTRACT.md; Node's own if missing
  --rounds    how often each suite is run, 1 if missing
  --work      where the copies are installed, and stay; target/suites of the module if missing`;

const options = readOptions(
  {
    checkout: "",
    start: CONTROL,
    rounds: 1,
    work: fileURLToPath(new URL("../../../target/suites", import.meta.url)),
  },
  USAGE,
);
if (!options.checkout) {
  console.error(USAGE);
  process.exit(2);
}

const suites = SUITES.map((suite) => ({ ...suite, copy: install(suite.folder) }));
const server = await startServer(options.start, SERVER_OPTIONS);
let failed = 0;
try {
  suites.forEach((suite) => address(suite.copy, server.url));
  for (let round = 1; round <= options.rounds; round++) {
    for (const suite of suites) {
      const { passes, failures } = run(suite.copy);
      const missing = suite.cases - passes - failures.length;
      failed += failures.length + Math.max(0, missing);
      console.log(`round ${round}: ${suite.folder}: ${passes} passed, ${failures.length} failed, of ${suite.cases}`);
      for (const failure of failures) {
        console.log(`  FAILED ${failure.fullTitle}: ${failure.err.message}`);
      }
      if (missing > 0) {
        console.log(`  FAILED ${missing} cases were not run`);
      }
    }
  }
  if (!server.isAlive) {
    console.log(`FAILED the server has ended; it said:\n${server.output}`);
    failed++;
  }
} finally {
  await server.stop();
}
console.log(failed === 0 ? "all cases passed in all rounds" : `${failed} cases failed`);
process.exit(failed === 0 ? 0 : 1);

function install(folder) {
  const source = path.join(options.checkout, folder);
  if (!existsSync(path.join(source, "test-suite.js"))) {
    console.error(`There is no ${folder}/test-suite.js in ${options.checkout}: --checkout takes a checkout of socketio/socket.io`);
    process.exit(2);
  }
  const copy = path.join(options.work, folder);
  mkdirSync(copy, { recursive: true });
  cpSync(source, copy, { recursive: true, filter: (file) => !file.includes("node_modules") });
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: copy, stdio: "inherit" });
  if (npm.status !== 0) {
    console.error(`npm ci failed in ${copy}`);
    process.exit(2);
  }
  return copy;
}

function address(folder, url) {
  const file = path.join(folder, "test-suite.js");
  const text = readFileSync(file, "utf8");
  if (text.split(ADDRESS).length !== 2) {
    throw new Error(`${file} does not say once: ${ADDRESS}`);
  }
  writeFileSync(file, text.replace(ADDRESS, `const URL = ${JSON.stringify(url)};`));
}

function run(folder) {
  const mocha = spawnSync("npx", ["--no-install", "mocha", "--exit", "--reporter", "json", "test-suite.js"], {
    cwd: folder,
    encoding: "utf8",
    timeout: TIME_LIMIT,
    maxBuffer: 64 * 1024 * 1024,
  });
  const start = mocha.stdout.indexOf('{\n  "stats"');
  if (start < 0) {
    throw new Error(`mocha has no result (${mocha.status ?? mocha.signal}):\n${mocha.stdout}\n${mocha.stderr}`);
  }
  const { stats, failures } = JSON.parse(mocha.stdout.slice(start));
  return { passes: stats.passes, failures };
}
