// Namespaces, and who is let in.
import assert from "node:assert/strict";
import { once, TRANSPORTS } from "../check.mjs";

export default async function (checks) {
  await checks.checkEach("hands over the auth payload", async (client, scope, options) => {
    const other = scope.client("/custom", { ...options, auth: { token: "123", nested: { a: [1] } } });
    assert.deepEqual(await once(other, "auth"), [{ token: "123", nested: { a: [1] } }]);
    const function_ = scope.client("/", { ...options, auth: (callback) => callback({ from: "function" }) });
    assert.deepEqual(await once(function_, "auth"), [{ from: "function" }]);
    assert.ok(client.connected);
  });

  await checks.checkEach("serves several namespaces on one connection", async (client, scope, options) => {
    const manager = scope.manager(options);
    const sockets = [
      manager.socket("/"),
      manager.socket("/custom"),
      manager.socket("/guarded", { auth: { token: "let-me-in" } }),
    ];
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    assert.equal(new Set(sockets.map((socket) => socket.id)).size, 3);
    const answers = await Promise.all(sockets.map((socket, i) => socket.emitWithAck("message-with-ack", i, Buffer.from([i]))));
    assert.deepEqual(answers, [0, 1, 2]);
    sockets[1].disconnect();
    assert.equal(await sockets[0].emitWithAck("message-with-ack", "main stays"), "main stays");
    sockets[1].connect();
    await once(sockets[1], "connect");
    assert.equal(await sockets[1].emitWithAck("message-with-ack", "back"), "back");
    assert.ok(client.connected);
  });

  for (const [transport, options] of Object.entries(TRANSPORTS)) {
    await checks.check(`refuses an unknown namespace (${transport})`, async (scope) => {
      const manager = scope.manager(options);
      const [main, random] = [manager.socket("/"), manager.socket("/random")];
      const [[error]] = await Promise.all([once(random, "connect_error"), once(main, "connect")]);
      assert.equal(error.message, "Invalid namespace");
      assert.equal(random.active, false);
      assert.equal(await main.emitWithAck("message-with-ack", "main stays"), "main stays");
    });

    await checks.check(`refuses by middleware with message and data (${transport})`, async (scope) => {
      for (const auth of [undefined, { token: "wrong" }, { token: ["let-me-in"] }]) {
        const client = scope.client("/guarded", { ...options, ...(auth && { auth }) });
        const [error] = await once(client, "connect_error");
        assert.equal(error.message, "not authorized");
        assert.deepEqual(error.data, { code: 401, realm: "guarded" });
        assert.equal(client.active, false);
      }
    });

    await checks.check(`lets in who was refused and comes again (${transport})`, async (scope) => {
      const client = scope.client("/guarded", { ...options, auth: { token: "wrong" } });
      await once(client, "connect_error");
      client.auth = { token: "let-me-in" };
      client.connect();
      await once(client, "connect");
      assert.equal(await client.emitWithAck("message-with-ack", 1), 1);
    });
  }
}
