// WebSocket frames and messages as nobody should send them.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { within } from "../../check.mjs";
import { sleep, until } from "../attack.mjs";

const UPGRADE =
  "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: HOST\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

const MASK = [1, 2, 3, 4];

export default async function (attack) {
  await attack.attempt("text that is not UTF-8: 1007", async () => {
    for (const bytes of [[0x34, 0xff], [0x34, 0xc0, 0x80], [0x34, 0xed, 0xa0, 0x80], [0x34, 0xf5, 0x80, 0x80, 0x80]]) {
      const socket = await attack.connectedSocket();
      socket._socket.write(frame(0x81, bytes));
      assert.equal(await within(socket.closed, 10_000, "not closed"), 1007);
    }
  });

  await attack.attempt("messages above maxPayload, whole and in fragments: 1009", async () => {
    const tooMuch = "4".padEnd(attack.maxPayload + 10, "x");
    assert.equal(await attack.closesUpon(tooMuch), 1009);
    assert.equal(await attack.closesUpon(Buffer.from(tooMuch)), 1009);
    const socket = await attack.connectedSocket();
    for (let i = 0; i < 200 && socket.readyState === socket.OPEN; i++) {
      socket.send(tooMuch.slice(0, Math.ceil(tooMuch.length / 100)), { fin: false });
      await sleep(0);
    }
    assert.equal(await within(socket.closed, 10_000, "not closed"), 1009);
  });

  await attack.attempt("frames that break the protocol", async () => {
    for (const [what, bytes] of Object.entries({
      "without a mask": [0x81, 0x01, 0x34],
      "with reserved bits": frame(0xf1, [0x34]),
      "of an unknown opcode": frame(0x83, [0x34]),
      "a continuation of nothing": frame(0x80, [0x34]),
      "a ping above 125 bytes": [0x89, 0xfe, 0x00, 0x80, ...MASK, ...Array(128).fill(0)],
      "a ping in fragments": frame(0x09, [0x34]),
      "a close with one byte": frame(0x88, [0x03]),
      "a close with a code that there is not": frame(0x88, [0x00, 0x01]),
      "a close whose reason is not UTF-8": frame(0x88, [0x03, 0xe8, 0xff]),
      "text within fragmented text": [...frame(0x01, [0x34]), ...frame(0x81, [0x34])],
      "a length of 2^62": [0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, ...MASK],
      "a negative length": [0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 1, ...MASK],
      "a length of 2 GB": [0x82, 0xff, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, ...MASK],
    })) {
      const socket = attack.raw(UPGRADE);
      await until(() => socket.received.includes('"maxPayload"'), "no handshake");
      socket.write(Buffer.from(bytes));
      // Both sides may close; the server has to, without being asked.
      socket.on("end", () => socket.end());
      await within(socket.ended, 10_000, `a frame ${what} does not end the connection`);
    }
  });

  await attack.attempt("handshakes that are none", async () => {
    for (const [from, to] of [
      ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 7"],
      ["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n", ""],
      ["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Key: x"],
      ["Upgrade: websocket", "Upgrade: h2c"],
      ["Connection: Upgrade", "Connection: close"],
      ["GET", "POST"],
      ["transport=websocket", "transport=polling"],
      ["\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99; x=y;;;\r\n\r\n"],
      ["\r\n\r\n", "\r\nSec-WebSocket-Protocol: ,,a b,\u0000\r\n\r\n"],
    ]) {
      const socket = attack.raw(UPGRADE.replace(from, to));
      await Promise.race([socket.ended, until(() => socket.received !== "", "", 2000).catch(() => {})]);
      const status = Number(/^HTTP\/1\.\d (\d{3}) /.exec(socket.received)?.[1] ?? 0);
      if (status) {
        attack.answered(status, `a handshake with '${to.trim()}'`);
      }
      socket.destroy();
    }
  });

  await attack.attempt("upgrades that are not completed, or twice, or without a probe", async () => {
    for (const frames of [[], ["2probe"], ["5"], ["2probe", "2probe", "5", "5"], ["2probe", "4hello"], ["3probe"], [randomBytes(3)], ["2probe", "1"], ["40"]]) {
      const sid = await attack.connect();
      const sockets = [1, 2].map(() => attack.socket({ query: `EIO=4&transport=websocket&sid=${sid}` }));
      await Promise.all(sockets.map((socket) => socket.opened));
      for (const each of frames) {
        sockets.forEach((socket) => socket.readyState === socket.OPEN && socket.send(each));
      }
      const [first] = sockets;
      await sleep(20);
      await attack.post(sid, "1").catch(() => {});
      first.terminate();
      sockets[1].terminate();
    }
  });

  await attack.attempt("slow readers, who ask for much and read nothing", async () => {
    const sockets = await Promise.all(Array.from({ length: 10 }, () => attack.connectedSocket()));
    const text = JSON.stringify("x".repeat(attack.maxPayload - 1000));
    for (const socket of sockets) {
      socket.pause();
      for (let i = 0; i < 100 && socket.readyState === socket.OPEN; i++) {
        socket.send(`42["message",${text}]`);
      }
    }
    await sleep(2000);
    sockets.forEach((socket) => socket.terminate());
  });

  await attack.attempt("half-open connections, 100 of each kind", async () => {
    const open = [];
    for (let i = 0; i < 100; i++) {
      open.push(attack.raw(""), attack.raw("GET /socket.io/?EIO"), attack.raw(UPGRADE.slice(0, -10)), attack.raw(UPGRADE));
    }
    for (let i = 0; i < 100; i++) {
      await attack.open();
    }
    await attack.state();
    await sleep(attack.pingInterval + attack.pingTimeout);
    open.forEach((socket) => socket.destroy());
  });

  await attack.attempt("connections that are cut at once, 300 of them", async () => {
    for (let i = 0; i < 300; i++) {
      const socket = attack.raw(UPGRADE);
      if (i % 3 === 0) {
        await until(() => socket.received !== "", "no handshake");
      }
      if (i % 2) {
        socket.resetAndDestroy();
      } else {
        socket.destroy();
      }
    }
  });
}

/** A frame with a mask, of at most 125 bytes. */
function frame(first, payload) {
  return Buffer.from([first, 0x80 | payload.length, ...MASK, ...payload.map((byte, i) => byte ^ MASK[i % 4])]);
}
