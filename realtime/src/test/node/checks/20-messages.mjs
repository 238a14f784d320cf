// What events and acknowledgements carry, and how they fail.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { collect, once } from "../check.mjs";

const TEXTS = ["", "plain", 'quotes " and \\ and /', "Grüße, 世界, 🦊🏳️‍🌈", "\u0000\u001e\u2028\u2029\ufffd", "12-[]{}", "0".repeat(1000)];

const NESTED = {
  list: [1, [2, [3, [null, true, false]]], {}],
  numbers: [0, -1, 1.5, 1e21, -1e-7, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
  "key with \"quotes\" and 世界": { a: { b: { c: { d: [] } } } },
  placeholders: { _placeholder: false, num: "text" },
};

export default async function (checks) {
  await checks.checkEach("acknowledges what the client sends: text, unicode, nested JSON", async (client) => {
    for (const text of TEXTS) {
      assert.equal(await client.emitWithAck("message-with-ack", text), text);
    }
    assert.deepEqual(await client.emitWithAck("message-with-ack", NESTED), NESTED);
    assert.equal(await client.emitWithAck("message-with-ack", null), null);
    const [back] = await Promise.all([once(client, "message-back"), client.emit("message", ...TEXTS, NESTED)]);
    assert.deepEqual(back, [...TEXTS, NESTED]);
  });

  await checks.checkEach("acknowledges binary, alone and nested, and empty", async (client) => {
    const bytes = randomBytes(70_000);
    assert.deepEqual(await client.emitWithAck("message-with-ack", bytes), bytes);
    assert.deepEqual(await client.emitWithAck("message-with-ack", Buffer.alloc(0)), Buffer.alloc(0));
    const nested = { a: [randomBytes(3), { b: randomBytes(200) }], c: "text", d: randomBytes(1) };
    assert.deepEqual(await client.emitWithAck("message-with-ack", nested), nested);
    const many = Array.from({ length: 10 }, (_, i) => randomBytes(i + 1));
    const [back] = await Promise.all([once(client, "message-back"), client.emit("message", "first", ...many, "last")]);
    assert.deepEqual(back, ["first", ...many, "last"]);
  });

  await checks.checkEach("acknowledges with several arguments and with none", async (client) => {
    const answers = await new Promise((resolve) =>
      client.emit("message-with-ack", 1, "2", { 3: [true] }, (...args) => resolve(args)),
    );
    assert.deepEqual(answers, [1, "2", { 3: [true] }]);
    const none = await new Promise((resolve) => client.emit("message-with-ack", (...args) => resolve(args)));
    assert.deepEqual(none, []);
  });

  await checks.checkEach("acknowledges 200 events at once, each its own", async (client) => {
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => client.emitWithAck("message-with-ack", i)));
    assert.deepEqual(
      answers,
      Array.from({ length: 200 }, (_, i) => i),
    );
  });

  await checks.checkEach("gets the client's acknowledgement: text, unicode, nested JSON, binary", async (client) => {
    client.on("question", (...args) => args.at(-1)(...args.slice(0, -1).reverse(), "done"));
    const bytes = randomBytes(1000);
    for (const asked of [["text"], TEXTS, [NESTED], [bytes], [{ deep: [bytes] }, "x", bytes], []]) {
      const answers = await new Promise((resolve) =>
        client.emit("ask-me", 5000, ...asked, (...args) => resolve(args)),
      );
      assert.deepEqual(answers, ["answer", ...[...asked].reverse(), "done"]);
    }
  });

  await checks.checkEach("gives up an acknowledgement that the client does not send, and ignores a late one", async (client) => {
    let late;
    client.on("question", (...args) => {
      late = args.at(-1);
    });
    const began = Date.now();
    assert.equal(await client.emitWithAck("ask-me", 300, "who?"), "timeout");
    const took = Date.now() - began;
    assert.ok(took >= 290 && took < 3000, `given up after ${took} ms, not 300`);
    late("too late");
    assert.equal(await client.emitWithAck("message-with-ack", "alive"), "alive");
  });

  await checks.checkEach("leaves the client's own timeout to it", async (client) => {
    // The server has no listener for it, and acknowledges nothing.
    await assert.rejects(client.timeout(300).emitWithAck("no-such-event", 1), /timed out/);
    assert.equal(await client.timeout(5000).emitWithAck("message-with-ack", "alive"), "alive");
  });

  for (const size of [16_000, 200_000, 900_000]) {
    await checks.checkEach(`carries messages of ${size / 1000} kB both ways, text and binary`, async (client) => {
      const text = randomBytes(size / 2).toString("hex");
      assert.equal(await client.emitWithAck("message-with-ack", text), text);
      // In a poll, binary is base64.
      const bytes = randomBytes(client.io.engine.transport.name === "polling" ? (size * 3) / 4 - 1000 : size);
      assert.deepEqual(await client.emitWithAck("message-with-ack", bytes), bytes);
    });
  }

  await checks.checkEach(
    "carries a burst of 3 MB, 30 messages of 100 kB, which the client splits by maxPayload",
    async (client) => {
      const texts = Array.from({ length: 30 }, (_, i) => String(i).padEnd(100_000, "."));
      const back = collect(client, "message-back", 30, 30_000);
      const acks = Promise.all(texts.map((text) => client.emitWithAck("message-with-ack", text.length)));
      texts.forEach((text) => client.emit("message", text));
      assert.deepEqual(await back, texts);
      assert.deepEqual(await acks, Array(30).fill(100_000));
    },
    40_000,
  );

  await checks.check("tells the catch-all listener of every event, in order", async (scope) => {
    const client = await scope.connect("/");
    client.emit("message", 1);
    client.emit("no-such-event", { a: 1 }, Buffer.from([1]));
    client.emit("世界");
    assert.deepEqual(await client.emitWithAck("seen"), ["message", "no-such-event", "世界", "seen"]);
  });
}
