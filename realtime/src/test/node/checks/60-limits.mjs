// What is too big, or not allowed by the protocol.
import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { once, TRANSPORTS, within } from "../check.mjs";

const RESERVED = ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

/** Each is sent after `40` was answered, as one text frame unless it is a list. */
const FORBIDDEN = {
  "an unknown type of Engine.IO packets": "9",
  "an unknown type of Socket.IO packets": "49",
  "an event that is no array": '42{"a":1}',
  "an event without a name": "42[]",
  "an event whose name is neither text nor a number": "42[null]",
  "an event that is no JSON": '42["message"',
  "an event with something behind it": '42["message"]]',
  "an acknowledgement that is no array": '431{"a":1}',
  "a DISCONNECT with a payload": '41{"a":1}',
  "a CONNECT whose payload is no object": "40[1]",
  "a binary event without a count": '45["message",{"_placeholder":true,"num":0}]',
  "text where an attachment is due": ['451-["message",{"_placeholder":true,"num":0}]', '42["message"]'],
  "an attachment that nobody announced": [Buffer.from([1])],
  "a placeholder beyond the attachments": ['451-["message",{"_placeholder":true,"num":7}]', Buffer.from([1])],
};

let names = 0;

export default async function (checks) {
  for (const event of RESERVED) {
    await checks.check(`takes the reserved name '${event}' for a parse error`, (scope) =>
      closesUpon(scope, [`42["${event}",1]`]),
    );
  }

  for (const [what, frames] of Object.entries(FORBIDDEN)) {
    await checks.check(`takes ${what} for a parse error`, (scope) => closesUpon(scope, [frames].flat()));
  }

  await checks.check("closes on a WebSocket message above maxPayload: 1009", async (scope) => {
    const client = await scope.connect("/", TRANSPORTS.websocket);
    const gone = once(client, "disconnect");
    client.emit("message", "x".repeat(client.io.engine._maxPayload + 1));
    const [reason, details] = await gone;
    assert.equal(reason, "transport close");
    assert.equal(details.context.code, 1009);
  });

  await checks.check("closes on a binary WebSocket message above maxPayload: 1009", async (scope) => {
    const client = await scope.connect("/", TRANSPORTS.websocket);
    const gone = once(client, "disconnect");
    client.emit("message", Buffer.alloc(client.io.engine._maxPayload + 1));
    assert.equal((await gone)[1].context.code, 1009);
  });

  await checks.check("answers a POST above maxPayload with 413, and closes the session", async (scope) => {
    const url = `${scope.url}/socket.io/?EIO=4&transport=polling`;
    const { sid, maxPayload } = JSON.parse((await (await fetch(url)).text()).slice(1));
    const post = await fetch(`${url}&sid=${sid}`, { method: "POST", body: `4${"x".repeat(maxPayload)}` });
    assert.equal(post.status, 413);
    assert.equal((await fetch(`${url}&sid=${sid}`)).status, 400);
  });

  await checks.check("lets the stock client notice a POST above maxPayload", async (scope) => {
    const client = await scope.connect("/", TRANSPORTS.polling);
    const gone = once(client, "disconnect");
    client.emit("message", "x".repeat(client.io.engine._maxPayload + 1));
    // By its POST or by its poll, whichever is answered first.
    assert.match((await gone)[0], /^transport (error|close)$/);
  });

  await checks.check("carries a message of just maxPayload", async (scope) => {
    for (const transport of ["websocket", "polling"]) {
      const client = await scope.connect("/", TRANSPORTS[transport]);
      const frame = '42["message",""]';
      const text = "x".repeat(client.io.engine._maxPayload - frame.length);
      const back = once(client, "message-back");
      client.emit("message", text);
      assert.deepEqual(await back, [text]);
    }
  });
}

async function closesUpon(scope, frames) {
  const witness = await scope.connect("/");
  const name = `parser ${process.pid}-${names++}`;
  const socket = new WebSocket(`${scope.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
  scope.closing(() => socket.terminate());
  const closed = within(new Promise((resolve) => socket.once("close", resolve)), 5000, "not closed");
  const received = [];
  socket.on("message", (data) => {
    received.push(data.toString());
    if (received.length === 1) {
      socket.send(`40{"name":"${name}"}`);
    } else if (received.length === 2) {
      frames.forEach((frame) => socket.send(frame));
    }
  });
  await closed;
  assert.match(received[1], /^40\{"sid":/);
  assert.match(String(await witness.emitWithAck("reason-of", name)), /^(parse error|forced close|transport error)$/);
}
