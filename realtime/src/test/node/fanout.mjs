// One event to many sockets, by Node's own server and by another one, in turns. See README.md.
import { writeFileSync } from "node:fs";
import { Audience } from "./fanout/audience.mjs";
import { cpuMillis } from "./fanout/cpu.mjs";
import { median, percentile, table } from "./figures.mjs";
import { readOptions } from "./options.mjs";
import { CONTROL, startServer } from "./server-process.mjs";

const USAGE = `Usage: node fanout.mjs --start=COMMAND [--sockets=N] [--rounds=N] [--seconds=N] [--rate=N] [--bytes=N] ...
  --start      the command that starts the server of CONTRACT.md that is compared with Node's own
  --sockets    1000 if missing, in --processes=2 processes
  --rounds     how often each server is measured, 5 if missing, in turns
  --seconds    how long each throughput and each latency is measured, 3 if missing
  --batch      how many events are emitted at once for the throughput, 20 if missing
  --rate       events per second for the latency, 20 if missing
  --bytes      of padding in each event, 100 if missing
  --json       a file for the figures`;

const options = readOptions(
  { start: "", sockets: 1000, processes: 2, rounds: 5, seconds: 3, batch: 20, rate: 20, bytes: 100, json: "" },
  USAGE,
);
if (!options.start) {
  console.error(USAGE);
  process.exit(2);
}

const contenders = [
  { name: "node", command: CONTROL },
  { name: "ours", command: options.start },
];
try {
  for (const contender of contenders) {
    contender.server = await startServer(contender.command);
    contender.audience = await Audience.gather(contender.server.url, options.sockets, options.processes);
    contender.rounds = [];
  }
  // What a JVM has not compiled yet is not what is compared.
  for (const contender of [...contenders, ...contenders]) {
    await measure(contender);
  }
  for (let round = 0; round < options.rounds; round++) {
    for (const contender of round % 2 ? [...contenders].reverse() : contenders) {
      const figures = await measure(contender);
      contender.rounds.push(figures);
      console.error(`round ${round + 1}, ${contender.name}: ${JSON.stringify(figures)}`);
    }
  }
} finally {
  for (const { audience, server } of contenders) {
    await audience?.leave();
    await server?.stop();
  }
}
process.exit(report() ? 0 : 1);

async function measure({ audience, server }) {
  const throughput = await measureThroughput(audience, server);
  const latency = await measureLatency(audience, server);
  return { ...throughput, ...latency };
}

/** The next events are emitted when every socket has got the former ones. */
async function measureThroughput(audience, server) {
  const cpuBefore = cpuMillis(server.pid);
  const clientsBefore = await audience.busiest();
  const began = performance.now();
  let events = 0;
  while (performance.now() - began < options.seconds * 1000) {
    events += options.batch;
    await Promise.all([emit(server, options.batch), audience.awaitEvents(events)]);
  }
  const millis = performance.now() - began;
  await audience.reset();
  const clientCpu = (await audience.busiest()) - clientsBefore;
  const deliveries = events * options.sockets;
  return {
    perSecond: Math.round((deliveries * 1000) / millis),
    cpuMicros: ((cpuMillis(server.pid) - cpuBefore) * 1000) / deliveries,
    clientBusy: clientCpu / millis,
  };
}

/** Events come at their times, whatever has become of the former ones. */
async function measureLatency(audience, server) {
  const count = options.rate * options.seconds;
  const began = performance.now();
  const emitted = [];
  for (let i = 0; i < count; i++) {
    const wait = began + (i * 1000) / options.rate - performance.now();
    if (wait > 0) {
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    emitted.push(emit(server, 1));
  }
  await Promise.all(emitted);
  await audience.awaitEvents(count);
  const micros = await audience.reset();
  return { p50: percentile(micros, 50) / 1000, p99: percentile(micros, 99) / 1000 };
}

async function emit(server, count) {
  const response = await fetch(`${server.url}/control/fanout`, {
    method: "POST",
    body: JSON.stringify({ room: "fan", count, bytes: options.bytes }),
  });
  if (response.status !== 204) {
    throw new Error(`${response.status} for an event to emit`);
  }
}

function report() {
  const figures = [];
  const [node, ours] = contenders.map(({ rounds }) => rounds);
  const compare = (key, what, unit, bound) => {
    const of = (rounds) => rounds.map((round) => round[key]);
    figures.push({ what: `${what}, Node, median`, value: median(of(node)), unit });
    figures.push({ what: `${what}, ours, median`, value: median(of(ours)), unit });
    const ratios = of(ours).map((value, i) => value / node[i][key]);
    figures.push({ what: `${what}, ratio, median of pairs`, value: median(ratios), unit: "", bound });
  };
  compare("perSecond", "deliveries per second", "", { least: 1 });
  compare("p50", `from emit to receipt at ${options.rate} events/s, p50`, "ms");
  compare("p99", `from emit to receipt at ${options.rate} events/s, p99`, "ms", { most: 1 });
  compare("cpuMicros", "CPU of the server per delivery", "µs");
  compare("clientBusy", "busiest process of the clients, share of a processor", "");
  if (options.json) {
    writeFileSync(options.json, JSON.stringify(figures));
  }
  return table(figures);
}
