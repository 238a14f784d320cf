// Restarts a server under stock clients, and counts what they miss. See README.md.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Crowd } from "./drill/crowd.mjs";
import { Instance } from "./drill/instance.mjs";
import { Nginx } from "./drill/nginx.mjs";
import { Producer } from "./drill/producer.mjs";
import { percentile, table } from "./figures.mjs";
import { readOptions } from "./options.mjs";
import { CONTROL } from "./server-process.mjs";

const USAGE = `Usage: node drill.mjs [--start=COMMAND] [--instances=1|2] [--clients=N] [--rate=N] [--rooms=N] [--terms=N] [--kills=N] ...
  --start      the command that starts the server of CONTRACT.md, which is given --port=N --recovery=on; in a command that has
               {port} that is replaced, and nothing is added. Node's own if missing, which recovers after SIGTERM only
  --instances  1 if missing; 2 are behind nginx, which keeps the clients of one address on one of them
  --clients    200 if missing, in --processes=4 processes
  --rate       events per second, 50 if missing, numbered one by one in each of --rooms=10 rooms
  --terms      how many restarts by SIGTERM, 10 if missing
  --kills      how many restarts by SIGKILL, 5 if missing
  --ready      the path that answers 200 when an instance is ready, /control/state if missing
  --emit       the path that takes an event to emit, /control/emit if missing
  --json       a file for the figures`;

const options = readOptions(
  {
    start: "",
    instances: 1,
    clients: 200,
    processes: 4,
    rate: 50,
    rooms: 10,
    terms: 10,
    kills: 5,
    ready: "/control/state",
    emit: "/control/emit",
    json: "",
  },
  USAGE,
);

/** How long all clients may take to be back, and how long all runs quietly between two restarts. */
const BACK_PATIENCE = 60_000;
const QUIET = 1000;

const folder = mkdtempSync(path.join(tmpdir(), "socket-drill-"));
const closing = [() => rmSync(folder, { recursive: true, force: true })];
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => end(1));
}
let ending;
let within = false;
try {
  within = await drill();
} catch (error) {
  console.error(error);
}
await end(within ? 0 : 1);

/** Closes everything, once. */
function end(code) {
  ending ??= (async () => {
    for (const close of closing.reverse()) {
      await close();
    }
    process.exit(code);
  })();
  return ending;
}

async function drill() {
  const instances = [];
  for (let i = 0; i < options.instances; i++) {
    const command = options.start || `${CONTROL} --state='${folder}/state-${i}.json'`;
    const instance = await Instance.create(command, options.ready);
    closing.push(() => instance.stop("SIGTERM"));
    await instance.start();
    instances.push(instance);
  }
  let { url } = instances[0];
  if (instances.length > 1) {
    const nginx = await Nginx.start(folder, instances.map(({ port }) => port));
    closing.push(() => nginx.stop());
    url = nginx.url;
  }
  const crowd = await Crowd.join(url, options.clients, options.processes, options.rooms);
  closing.push(() => crowd.leave());
  const producer = new Producer(new URL(options.emit, url), options.rate, options.rooms);
  closing.push(() => producer.abandon());
  producer.start();
  await crowd.awaitEvents(1, BACK_PATIENCE);

  const rounds = [];
  const signals = [...Array(options.terms).fill("SIGTERM"), ...Array(options.kills).fill("SIGKILL")];
  for (const [i, signal] of signals.entries()) {
    const instance = instances[i % instances.length];
    crowd.beginRound();
    const began = Date.now();
    const exit = await instance.stop(signal);
    const stopped = Date.now();
    await instance.start();
    const ready = Date.now();
    await crowd.awaitBack(BACK_PATIENCE);
    await new Promise((resolve) => setTimeout(resolve, QUIET));
    const round = { signal, port: instance.port, exit, stop: stopped - began, down: ready - began, ...crowd.endRound() };
    rounds.push(round);
    console.error(line(round));
  }
  const last = await producer.stop();
  const totals = await crowd.finish(last, BACK_PATIENCE);
  return report(rounds, totals, producer);
}

function line(round) {
  const times = round.times.length ? `p50 ${percentile(round.times, 50)} ms, p99 ${percentile(round.times, 99)} ms` : "";
  return `${round.signal}: exit ${round.exit}, down for ${round.down} ms, ${round.left} clients off, ${round.recovered} recovered, ${round.fresh} anew ${times}`;
}

function report(rounds, totals, producer) {
  const of = (signal) => rounds.filter((round) => round.signal === signal);
  const sum = (list, key) => list.reduce((total, round) => total + round[key], 0);
  const figures = [];
  const figure = (what, value, unit = "", bound) => figures.push({ what, value, unit, bound });
  figure("clients", options.clients);
  figure("events emitted", producer.emitted);
  figure("events emitted once more, since no answer had come", producer.repeated);
  figure("events received", totals.received, "", { least: 1 });
  figure("gaps", totals.gaps, "events", { most: 0 });
  figure("duplicates", totals.duplicates, "events", { most: 0 });
  figure("out of order", totals.disorder, "events", { most: 0 });
  for (const signal of ["SIGTERM", "SIGKILL"].filter((each) => of(each).length)) {
    const some = of(signal);
    const times = some.flatMap((round) => round.times);
    figure(`${signal}: restarts`, some.length);
    figure(`${signal}: connections that ended`, sum(some, "left"), "", { least: 1 });
    if (signal === "SIGTERM") {
      figure(`${signal}: exit codes other than 0`, some.filter(({ exit }) => exit !== 0).length, "", { most: 0 });
      figure(`${signal}: of these by 1012`, sum(some, "restarts"));
    }
    figure(`${signal}: recovered`, sum(some, "recovered"));
    figure(`${signal}: came back anew`, sum(some, "fresh"), "", signal === "SIGTERM" ? { most: 0 } : undefined);
    figure(`${signal}: did not come back by themselves`, sum(some, "lost"), "", { most: 0 });
    figure(`${signal}: service down, median`, percentile(some.map(({ down }) => down), 50), "ms");
    figure(`${signal}: time to reconnect, p50`, percentile(times, 50), "ms");
    figure(`${signal}: time to reconnect, p99`, percentile(times, 99), "ms");
  }
  if (options.json) {
    writeFileSync(options.json, JSON.stringify(figures));
  }
  return table(figures);
}
