// Socket.IO packets as nobody should send them.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { within } from "../../check.mjs";
import { sleep, until } from "../attack.mjs";

const ODD_NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "error", "", " ", "\u0000", "a".repeat(10_000)];

export default async function (attack) {
  await attack.attempt("attachments that never come", async () => {
    const sockets = await Promise.all(Array.from({ length: 50 }, () => attack.connectedSocket()));
    for (const socket of sockets) {
      socket.send('453-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},{"_placeholder":true,"num":2}]');
      socket.send(randomBytes(100));
    }
    await sleep(100);
    sockets.slice(0, 25).forEach((socket) => socket.send('42["message"]'));
    await Promise.all(sockets.slice(0, 25).map((socket) => within(socket.closed, 10_000, "not closed")));
    sockets.slice(25).forEach((socket) => socket.terminate());
  });

  await attack.attempt("more attachments announced than anybody has", async () => {
    for (const count of ["1000000", "99999999999", "1e9", "-1", "0x10", "", "1.5", "00000000000000000001"]) {
      const socket = await attack.connectedSocket();
      socket.send(`45${count}-["message",{"_placeholder":true,"num":0}]`);
      for (let i = 0; i < 2000 && socket.readyState === socket.OPEN; i++) {
        socket.send(Buffer.alloc(10));
      }
      await answeredOrClosed(attack, socket);
      socket.terminate();
    }
  });

  await attack.attempt("placeholders that point nowhere", async () => {
    for (const num of ["-1", "1", "99999999999", '"0"', "0.5", "null", "{}", "[]", '"__proto__"', "1e999"]) {
      const socket = await attack.connectedSocket();
      socket.send(`451-["message",{"_placeholder":true,"num":${num}}]`);
      socket.send(Buffer.alloc(3));
      await answeredOrClosed(attack, socket);
      socket.terminate();
    }
  });

  await attack.attempt("JSON that is nested as deeply as maxPayload lets it", async () => {
    const depth = Math.floor(attack.maxPayload / 2) - 50;
    for (const [open, close] of [["[", "]"], ['{"":', "}"]]) {
      const levels = Math.floor(depth / ((open.length + close.length) / 2));
      for (const text of [open.repeat(levels) + (open === "[" ? "" : "1") + close.repeat(levels), open.repeat(levels)]) {
        for (const before of ['42["message",', '421["message-with-ack",', "43[", "40", '42["broadcast",{},"deep",']) {
          const socket = await attack.connectedSocket();
          socket.send(before + text + (before === "40" ? "" : "]"));
          await answeredOrClosed(attack, socket);
          socket.terminate();
        }
      }
    }
  });

  await attack.attempt("acknowledgements that nobody has asked for", async () => {
    const socket = await attack.connectedSocket();
    for (const id of ["0", "1", "12345", "999999999999999999999999999", "00000"]) {
      socket.send(`43${id}["x"]`);
    }
    await answeredOrClosed(attack, socket);
    socket.terminate();
  });

  await attack.attempt("ids of acknowledgements that no number holds", async () => {
    for (const id of ["9007199254740993", "9223372036854775808", "9".repeat(1000), "9".repeat(50_000), "-1", "1e3", "٣"]) {
      const socket = await attack.connectedSocket();
      socket.send(`42${id}["message-with-ack",1]`);
      await answeredOrClosed(attack, socket);
      socket.terminate();
    }
  });

  await attack.attempt("events with odd names and odd values", async () => {
    for (const name of ODD_NAMES) {
      const socket = await attack.connectedSocket();
      socket.send(`42${JSON.stringify([name, { __proto__: 1, constructor: { prototype: 2 } }])}`);
      socket.send('42["message",{"__proto__":{"polluted":true}},"\\ud800",1e999,-0,{"a":1,"a":2},1e-999]');
      await answeredOrClosed(attack, socket);
      socket.terminate();
    }
  });

  await attack.attempt("events of the contract with arguments that they do not have", async () => {
    for (const event of ["join", "leave", "rooms", "seen"]) {
      for (const args of [[], [null], [{}], [[[]]], [1], ["x".repeat(5000)]]) {
        if (args.length === 1 || event === "join" || event === "leave") {
          const socket = await attack.connectedSocket();
          socket.send(`427${JSON.stringify([event, ...(event === "join" || event === "leave" ? args.slice(0, 1) : [])])}`);
          await answeredOrClosed(attack, socket);
          socket.terminate();
        }
      }
    }
  });

  await attack.attempt("5,000 namespaces that there are not, on one connection: each is refused", async () => {
    const socket = attack.socket();
    await socket.opened;
    for (let i = 0; i < 5000; i++) {
      socket.send(`40/ns${i},`);
    }
    const refused = () => socket.received.filter((packet) => String(packet).endsWith('{"message":"Invalid namespace"}')).length;
    await Promise.race([socket.closed, until(() => refused() === 5000, "not refused")]);
    socket.terminate();
    const long = attack.socket();
    await long.opened;
    long.send(`40/${"n".repeat(attack.maxPayload - 10)},`);
    await Promise.race([long.closed, until(() => long.received.length > 1, "neither refused nor closed")]);
    long.terminate();
  });

  await attack.attempt("CONNECT twice, and packets of namespaces that are not connected", async () => {
    for (const frames of [["40"], ["40/custom,", "40/custom,"], ['42/custom,["message",1]'], ["41/custom,"], ["41", "41"], ["41", '42["message",1]'], ["44"], ['44{"message":"x"}'], ['40/guarded,{"token":"let-me-in"}', "40/guarded,"], ["43/custom,1[]"], ["42/,[1]"], ["40/custom?token=1,"], ["40/custom"], ["40//,"]]) {
      const socket = await attack.connectedSocket();
      frames.forEach((frame) => socket.send(frame));
      await answeredOrClosed(attack, socket);
      socket.terminate();
    }
  });

  await attack.attempt("packets before CONNECT", async () => {
    for (const frame of ['42["message",1]', "41", "43[]", '451-["message",{"_placeholder":true,"num":0}]', "4", "42", "0", "1", "3probe", "5", "6", Buffer.alloc(1)]) {
      const socket = attack.socket();
      await socket.opened;
      socket.send(frame);
      await answeredOrClosed(attack, socket);
      socket.terminate();
    }
  });
}

/** Waits until what was sent has arrived, which the answer to a WebSocket ping tells, or the server has closed. */
async function answeredOrClosed(attack, socket) {
  const pong = new Promise((resolve) => socket.once("pong", resolve));
  if (socket.readyState === socket.OPEN) {
    socket.ping();
  }
  await within(Promise.race([pong, socket.closed]), 10_000, "neither answered nor closed");
  assert.ok(attack.url);
}
