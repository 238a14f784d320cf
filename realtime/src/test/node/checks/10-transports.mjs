// How a stock client gets to the server.
import assert from "node:assert/strict";
import { collect, once, TRANSPORTS, upgraded, within } from "../check.mjs";

export default async function (checks) {
  await checks.check("connects by websocket only", async (scope) => {
    const client = await scope.connect("/", TRANSPORTS.websocket);
    assert.equal(client.io.engine.transport.name, "websocket");
    assert.equal(typeof client.id, "string");
  });

  await checks.check("connects by polling only, and stays there", async (scope) => {
    const client = await scope.connect("/", TRANSPORTS.polling);
    assert.deepEqual(await client.emitWithAck("message-with-ack", 1), 1);
    assert.equal(client.io.engine.transport.name, "polling");
  });

  await checks.check("connects by polling, then upgrades", async (scope) => {
    const client = await scope.connect("/", TRANSPORTS.upgrade);
    assert.deepEqual(await client.emitWithAck("message-with-ack", 1), 1);
    await upgraded(client);
    assert.equal(client.io.engine.transport.name, "websocket");
    assert.deepEqual(await client.emitWithAck("message-with-ack", 2), 2);
  });

  await checks.check("connects with the options of a client that sets none", async (scope) => {
    const client = await scope.connect("/", {});
    await upgraded(client);
    assert.equal(client.io.engine.transport.name, "websocket");
  });

  await checks.check("loses and reorders nothing during the upgrade", async (scope) => {
    const client = scope.client("/", TRANSPORTS.upgrade);
    const back = collect(client, "message-back", 300);
    for (let i = 0; i < 300; i++) {
      client.emit("message", i);
      if (i % 10 === 9) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    }
    assert.deepEqual(
      await back,
      Array.from({ length: 300 }, (_, i) => i),
    );
    await upgraded(client);
  });

  await checks.checkEach("keeps the order of 500 events", async (client) => {
    const back = collect(client, "message-back", 500);
    for (let i = 0; i < 500; i++) {
      client.emit("message", i);
    }
    assert.deepEqual(
      await back,
      Array.from({ length: 500 }, (_, i) => i),
    );
  });

  for (const transport of ["websocket", "polling"]) {
    await checks.check(`stays connected for longer than a heartbeat (${transport})`, async (scope) => {
      const client = await scope.connect("/", TRANSPORTS[transport]);
      const pings = [];
      client.io.on("ping", () => pings.push(Date.now()));
      const closed = once(client, "disconnect", 60_000).catch(() => undefined);
      const { _pingInterval: interval } = client.io.engine;
      assert.ok(interval <= 2000, `start the server with --ping-interval=2000, not ${interval}`);
      await within(
        (async () => {
          while (pings.length < 2) {
            await once(client.io, "ping");
          }
        })(),
        3 * interval,
        "no two pings",
      );
      assert.equal(await Promise.race([closed, Promise.resolve("connected")]), "connected");
      assert.deepEqual(await client.emitWithAck("message-with-ack", "still here"), "still here");
    });
  }
}
