// Broadcasts to rooms, and volatile events.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once, TRANSPORTS, upgraded } from "../check.mjs";

const MANY = 20;
const WAYS = Object.values(TRANSPORTS);

export default async function (checks) {
  await checks.check("joins and leaves rooms", async (scope) => {
    const client = await scope.connect("/");
    await client.emitWithAck("join", "b");
    await client.emitWithAck("join", "a");
    await client.emitWithAck("join", "a");
    assert.deepEqual(await client.emitWithAck("rooms"), ["a", "b"]);
    await client.emitWithAck("leave", "b");
    await client.emitWithAck("leave", "never joined");
    assert.deepEqual(await client.emitWithAck("rooms"), ["a"]);
  });

  for (const [what, args] of [
    ["JSON", [{ text: "Grüße, 世界", list: [1, 2, { a: null }] }, "second"]],
    ["binary", [randomBytes(5000), { deep: [randomBytes(3), "between", randomBytes(0)] }]],
  ]) {
    await checks.check(`broadcasts ${what} to a room of ${MANY} on all transports, and to nobody else`, async (scope) => {
      const room = `room-${what}`;
      const clients = await many(scope, MANY);
      await Promise.all(clients.map((client) => client.emitWithAck("join", room)));
      const outsiders = await many(scope, 3);
      const unwanted = record(outsiders, "news");
      // More than once, since one broadcast must not change what the next one sends.
      for (let i = 0; i < 3; i++) {
        const got = Promise.all(clients.map((client) => once(client, "news")));
        await outsiders[0].emitWithAck("broadcast", { rooms: [room] }, "news", i, ...args);
        assert.deepEqual(await got, Array(MANY).fill([i, ...args]));
      }
      assert.deepEqual(await fence(outsiders, unwanted), []);
    });
  }

  await checks.check("broadcasts to others, and with `self` to the sender, too", async (scope) => {
    const [sender, other] = await many(scope, 2);
    await Promise.all([sender, other].map((client) => client.emitWithAck("join", "self")));
    const received = record([sender, other], "news");
    await sender.emitWithAck("broadcast", { rooms: ["self"] }, "news", "others");
    await sender.emitWithAck("broadcast", { rooms: ["self"], self: true }, "news", "all");
    assert.deepEqual(
      (await fence([sender, other], received)).sort(),
      ["0: all", "1: all", "1: others"],
    );
  });

  await checks.check("broadcasts once to who is in several of the rooms, and to nobody in the excepted ones", async (scope) => {
    const clients = await many(scope, 5);
    const rooms = [["x"], ["x", "y"], ["y"], ["y", "muted"], ["z"]];
    await Promise.all(clients.flatMap((client, i) => rooms[i].map((room) => client.emitWithAck("join", room))));
    const received = record(clients, "news");
    const sender = await scope.connect("/");
    await sender.emitWithAck("broadcast", { rooms: ["x", "y"], except: ["muted", "nobody"] }, "news", 1);
    assert.deepEqual((await fence(clients, received)).sort(), ["0: 1", "1: 1", "2: 1"]);
    await sender.emitWithAck("broadcast", { except: ["x", "muted"] }, "news", 2);
    assert.deepEqual((await fence(clients, received)).sort(), ["0: 1", "1: 1", "2: 1", "2: 2", "4: 2"]);
  });

  await checks.check("leaves out who has left or gone", async (scope) => {
    const [stays, leaves, goes, sender] = await many(scope, 4);
    await Promise.all([stays, leaves, goes].map((client) => client.emitWithAck("join", "going")));
    await leaves.emitWithAck("leave", "going");
    goes.disconnect();
    const received = record([stays, leaves], "news");
    await sender.emitWithAck("broadcast", { rooms: ["going"] }, "news", 1);
    assert.deepEqual(await fence([stays, leaves], received), ["0: 1"]);
  });

  await checks.check("keeps the rooms of one namespace from those of another", async (scope) => {
    const manager = scope.manager();
    const [main, custom] = [manager.socket("/"), manager.socket("/custom")];
    await Promise.all([once(main, "connect"), once(custom, "connect")]);
    await main.emitWithAck("join", "same");
    await custom.emitWithAck("join", "same");
    const received = record([main, custom], "news");
    await custom.emitWithAck("broadcast", { rooms: ["same"], self: true }, "news", 1);
    assert.deepEqual(await fence([main, custom], received), ["1: 1"]);
  });

  await checks.checkEach("sends volatile events to who is ready", async (client, scope) => {
    await client.emitWithAck("join", "volatile");
    const sender = await scope.connect("/");
    // A poll may be between two requests, so that one of several is enough.
    const got = once(client, "news");
    for (let i = 0; i < 5; i++) {
      await sender.emitWithAck("broadcast", { rooms: ["volatile"], volatile: true }, "news", "now");
    }
    assert.deepEqual(await got, ["now"]);
  });

  await checks.check("drops volatile events while no poll is open, and keeps others", async (scope) => {
    const { sid } = JSON.parse((await get(scope.url, "")).slice(1));
    await post(scope.url, sid, "40");
    assert.match(await get(scope.url, sid), /^40\{"sid":/);
    await post(scope.url, sid, '42["volatile-then-kept"]');
    const packets = [];
    while (!packets.includes('42["kept"]')) {
      packets.push(...(await get(scope.url, sid)).split("\x1e"));
    }
    assert.ok(!packets.includes('42["dropped"]'), `got ${packets.join(" ")}`);
    await post(scope.url, sid, "1");
  });
}

async function many(scope, count) {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const client = await scope.connect("/", WAYS[i % WAYS.length]);
      if (WAYS[i % WAYS.length] === TRANSPORTS.upgrade) {
        await upgraded(client);
      }
      return client;
    }),
  );
}

/** Records who gets an event with which first argument. */
function record(clients, event) {
  const received = [];
  clients.forEach((client, i) => client.on(event, (arg) => received.push(`${i}: ${arg}`)));
  return received;
}

/** Waits until all that was sent to the clients before has been received. */
async function fence(clients, received) {
  await Promise.all(clients.map((client) => client.emitWithAck("message-with-ack", "fence")));
  return received;
}

async function get(url, sid) {
  const response = await fetch(`${url}/socket.io/?EIO=4&transport=polling${sid && `&sid=${sid}`}`);
  assert.equal(response.status, 200);
  return response.text();
}

async function post(url, sid, body) {
  const response = await fetch(`${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: "POST", body });
  assert.equal(response.status, 200);
}
