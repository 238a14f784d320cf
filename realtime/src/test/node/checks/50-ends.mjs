// How connections end, as both sides are told, and how clients come back.
import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { once, TRANSPORTS, upgraded, within } from "../check.mjs";

const AGAIN = { reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200 };

let names = 0;

export default async function (checks) {
  for (const [transport, options] of Object.entries(TRANSPORTS)) {
    const each = (name, run) =>
      checks.check(`${name} (${transport})`, async (scope) => {
        const witness = await scope.connect("/");
        const name = `client ${process.pid}-${names++}`;
        const client = await scope.connect("/", { ...options, ...AGAIN, auth: { name } });
        if (options === TRANSPORTS.upgrade) {
          await upgraded(client);
        }
        await run(client, () => witness.emitWithAck("reason-of", name));
      });

    await each("the server disconnects: 'io server disconnect', and the client stays away", async (client, reason) => {
      client.emit("disconnect-me", false);
      assert.equal((await once(client, "disconnect"))[0], "io server disconnect");
      assert.equal(client.active, false);
      assert.equal(await reason(), "server namespace disconnect");
    });

    await each("the server disconnects with the transport: 'io server disconnect'", async (client, reason) => {
      client.emit("disconnect-me", true);
      assert.equal((await once(client, "disconnect"))[0], "io server disconnect");
      assert.equal(client.active, false);
      assert.equal(await reason(), "server namespace disconnect");
    });

    await each("the client disconnects: 'io client disconnect'", async (client, reason) => {
      const gone = once(client, "disconnect");
      client.disconnect();
      assert.equal((await gone)[0], "io client disconnect");
      assert.equal(await reason(), "client namespace disconnect");
    });

    await each("the client's transport closes: 'transport close'", async (client, reason) => {
      const gone = once(client, "disconnect");
      client.io.reconnection(false);
      client.io.engine.close();
      assert.equal((await gone)[0], "forced close");
      assert.equal(await reason(), "transport close");
    });

    await each("the server closes the transport, as for a restart: 'transport close', and the client comes back", async (client, reason) => {
      const id = client.id;
      const gone = once(client, "disconnect");
      client.emit("close-transport", 1012);
      const [why, details] = await gone;
      assert.equal(why, "transport close");
      if (transport !== "polling") {
        assert.equal(details.context.code, 1012);
      }
      assert.equal(client.active, true);
      await once(client, "connect");
      assert.notEqual(client.id, id);
      assert.equal(await client.emitWithAck("message-with-ack", "back"), "back");
      // Node says one or the other, as it has closed itself.
      assert.match(await reason(), /^(transport close|forced close)$/);
    });

    await each("what the client emits while it is away arrives when it is back", async (client) => {
      client.emit("close-transport", 1012);
      await once(client, "disconnect");
      const answers = ["a", "b", Buffer.from([1])].map((arg) => client.emitWithAck("message-with-ack", arg));
      assert.deepEqual(await Promise.all(answers), ["a", "b", Buffer.from([1])]);
    });
  }

  await checks.check("who has no poll open gets what was sent before the end, and the end, with the next one", async (scope) => {
    const url = `${scope.url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1));
    const post = (body) => fetch(`${url}&sid=${sid}`, { method: "POST", body });
    await post("40");
    assert.match(await (await fetch(`${url}&sid=${sid}`)).text(), /^40/);
    const rest = async () => {
      const answers = [];
      while (!/(^|\x1e)1$/.test(answers.at(-1))) {
        const response = await fetch(`${url}&sid=${sid}`);
        assert.equal(response.status, 200, `after ${JSON.stringify(answers)}`);
        answers.push(await response.text());
      }
      return answers;
    };
    await post('42["message","last words"]\x1e42["disconnect-me",true]');
    const answers = await rest();
    // The stock client forgets what comes in one answer with the end. A packet 6 says nothing.
    assert.match(answers.pop(), /^(6\x1e)?1$/);
    const packets = answers.join("\x1e").split("\x1e").filter((packet) => packet !== "6");
    assert.deepEqual(packets.slice(-2), ['42["message-back","last words"]', "41"]);
  });

  await checks.check("a client that answers no ping is dropped: 'ping timeout'", async (scope) => {
    const witness = await scope.connect("/");
    const name = `silent ${process.pid}-${names++}`;
    const socket = new WebSocket(`${scope.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
    scope.closing(() => socket.terminate());
    const closed = within(new Promise((resolve) => socket.once("close", resolve)), 8000, "not closed");
    socket.on("open", () => socket.send(`40{"name":"${name}"}`));
    assert.equal(await witness.emitWithAck("reason-of", name), "ping timeout");
    await closed;
  });

  await checks.check("a connection that is cut is noticed: 'transport close'", async (scope) => {
    const witness = await scope.connect("/");
    const name = `cut ${process.pid}-${names++}`;
    const client = await scope.connect("/", { ...TRANSPORTS.websocket, auth: { name } });
    client.io.engine.transport.ws.terminate();
    assert.equal(await witness.emitWithAck("reason-of", name), "transport close");
  });
}
