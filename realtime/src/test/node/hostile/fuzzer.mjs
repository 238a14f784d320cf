// Makes up frames and polls from a seed, and sends them on connections that it opens anew as the server closes them.
import { within } from "../check.mjs";
import { sleep } from "./attack.mjs";
import { Random } from "./random.mjs";

const PATIENCE = 20_000;
const MOST_PER_CONNECTION = 40;
const REPORTED_EVERY = 10_000;

const VALID = [
  "40",
  '40{"token":"123"}',
  "40/custom,",
  '40/guarded,{"token":"let-me-in"}',
  "41",
  "41/custom,",
  '42["message",1,"2",{"3":[true]}]',
  '42/custom,["message","custom"]',
  '4212["message-with-ack","Grüße, 世界"]',
  '421["join","room"]',
  '422["rooms"]',
  '423["broadcast",{"rooms":["room"],"except":["x"],"self":true},"news",{"a":[]}]',
  '424["ask-me",50,"who"]',
  '42["volatile-then-kept"]',
  '43["x"]',
  '430["x"]',
  '44{"message":"x"}',
  '452-["message",{"_placeholder":true,"num":0},{"a":{"_placeholder":true,"num":1}}]',
  '451-9["message-with-ack",{"_placeholder":true,"num":0}]',
  '461-0[{"_placeholder":true,"num":0}]',
  "0",
  "1",
  "2",
  "2probe",
  "3",
  "5",
  "6",
];

const SNIPPETS = ["\u0000", "\x1e", "b", "-", ",", "/", '"', "[", "]", "{", "}", "0", "9".repeat(30), "4", "42", "45", "_placeholder", "😀", "\ud800", "null", "e", "\\", "\\u"];

/**
 * Sends so many frames and polls.
 *
 * @param parallel how many connections at once
 */
export async function fuzz(attack, count, seed, parallel) {
  const budget = { left: count, seed, connection: 0, began: Date.now(), reported: 0 };
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      while (budget.left > 0) {
        // The n-th connection does the same in each run with the seed, whatever the others do meanwhile.
        const random = new Random(seed * 1_000_003 + budget.connection++);
        const before = budget.left;
        try {
          await (random.chance(0.5) ? byWebSocket : byPolling)(attack, random, budget);
        } catch (error) {
          attack.fault(`connection ${budget.connection} of seed ${seed}: ${error.stack ?? error}`);
          budget.left -= before === budget.left ? 1 : 0;
        }
        report(budget, count);
      }
    }),
  );
  console.log(`        ${count - budget.left} frames and polls on ${budget.connection} connections in ${Date.now() - budget.began} ms`);
}

function report(budget, count) {
  const done = count - budget.left;
  if (done - budget.reported >= REPORTED_EVERY) {
    budget.reported = done - (done % REPORTED_EVERY);
    console.log(`        ${budget.reported} of ${count}`);
  }
}

async function byWebSocket(attack, random, budget) {
  const base = random.chance(0.15) ? "engine.io" : "socket.io";
  const socket = attack.socket({ base });
  await within(socket.opened, PATIENCE, "not open");
  if (socket.readyState !== socket.OPEN) {
    throw new Error(`not opened: ${socket.refusal ?? "closed"}`);
  }
  if (random.chance(0.7)) {
    socket.send("40");
  }
  for (let i = random.below(MOST_PER_CONNECTION) + 1; i > 0 && budget.left > 0 && socket.readyState === socket.OPEN; i--) {
    budget.left--;
    // Mostly what is valid, so that the connection lives until something odd comes.
    const text = random.chance(0.6) ? random.of(VALID) : mutated(random);
    if (random.chance(0.15)) {
      socket.send(random.bytes(random.below(200)));
    } else if (random.chance(0.1)) {
      socket.send(Buffer.from(text), { binary: random.chance(0.5), fin: random.chance(0.9) });
    } else {
      socket.send(text);
    }
    if (random.chance(0.3)) {
      await sleep(0);
    }
  }
  const pong = new Promise((resolve) => socket.once("pong", resolve));
  if (socket.readyState === socket.OPEN) {
    socket.ping();
  }
  await within(Promise.race([pong, socket.closed]), PATIENCE, "neither answered nor closed");
  if (random.chance(0.5)) {
    socket.terminate();
  } else {
    socket.close(random.of([1000, 1001, 3000]));
    await within(socket.closed, PATIENCE, "the close is not answered").finally(() => socket.terminate());
  }
}

async function byPolling(attack, random, budget) {
  const base = random.chance(0.15) ? "engine.io" : "socket.io";
  const { sid } = await attack.open(base);
  budget.left--;
  let open = true;
  if (random.chance(0.7)) {
    open = (await attack.post(sid, "40", base)).status === 200;
  }
  for (let i = random.below(8) + 1; i > 0 && budget.left > 0 && open; i--) {
    budget.left--;
    const packets = Array.from({ length: random.below(4) + 1 }, () => {
      const text = random.chance(0.6) ? random.of(VALID) : mutated(random);
      return random.chance(0.1) ? `b${random.bytes(random.below(50)).toString("base64")}` : text;
    });
    const body = packets.join("\x1e");
    const { status } = await attack.post(sid, random.chance(0.05) ? random.flip(Buffer.from(body)) : body, base);
    if (![200, 400, 413].includes(status)) {
      throw new Error(`${status} for a POST of ${JSON.stringify(body)}`);
    }
    open = status === 200;
    if (open && random.chance(0.3)) {
      budget.left--;
      // Answered with what there is, or when the POST below closes the session.
      const poll = attack.poll(sid, base);
      if (random.chance(0.5)) {
        await attack.post(sid, random.chance(0.5) ? "1" : '420["message-with-ack"]', base);
      }
      const answer = await poll;
      if (![200, 400].includes(answer.status)) {
        throw new Error(`${answer.status} for a poll`);
      }
      open = answer.status === 200;
    }
  }
  if (open && random.chance(0.9)) {
    await attack.post(sid, "1", base);
  }
}

function mutated(random) {
  let text = random.of(VALID);
  for (let i = random.below(4) + 1; i > 0; i--) {
    const at = random.below(text.length + 1);
    const to = at + random.below(4);
    text = random.of([
      () => text.slice(0, at) + text.slice(to),
      () => text.slice(0, at) + random.of(SNIPPETS) + text.slice(at),
      () => text.slice(0, at) + random.of(SNIPPETS) + text.slice(to),
      () => text.slice(0, at) + String.fromCharCode(random.below(0x300)) + text.slice(at),
      () => text + random.of(VALID),
      () => text.slice(0, at),
      () => text.slice(at),
    ])();
  }
  return text;
}
