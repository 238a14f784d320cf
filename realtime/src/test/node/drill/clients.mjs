// Some stock clients, each in one room, that count what they miss. Told what to do by the process that has forked this one.
import http from "node:http";
import { io } from "socket.io-client";
import { Reception } from "./reception.mjs";

const TAIL_PATIENCE = 20_000;

const receptions = [];

process.on("message", (message) => {
  switch (message.type) {
    case "join":
      message.clients.forEach(({ number, room }) => join(message.url, number, room));
      break;
    case "await":
      whenAll((reception) => reception.received >= message.count, () => process.send({ type: "received" }));
      break;
    case "finish":
      finish(message.last);
      break;
    default:
      throw new Error(`unknown message ${message.type}`);
  }
});
process.on("disconnect", () => process.exit(0));

function join(url, number, room) {
  const reception = new Reception(room);
  receptions.push(reception);
  // Each has an address of its own, as clients have, so that a proxy can tell them apart.
  const localAddress = `127.1.${number >> 8}.${(number & 255) || 255}`;
  const client = io(url, { forceNew: true, agent: new http.Agent({ keepAlive: true, localAddress }) });
  let on = false;
  let off;
  client.on("tick", (n, attempt, safe) => reception.on(n, attempt, safe));
  client.on("disconnect", (_reason, details) => {
    // Also told of a connection that ends before the server has let the client in.
    if (on) {
      on = false;
      off = performance.now();
      process.send({ type: "off", code: details?.context?.code });
    }
    if (!client.active) {
      process.send({ type: "gone" });
    }
  });
  client.on("connect", async () => {
    const millis = off === undefined ? undefined : Math.round(performance.now() - off);
    const { recovered } = client;
    if (!recovered) {
      reception.restart();
      try {
        await client.timeout(10_000).emitWithAck("join", room);
      } catch {
        // Disconnected again: the next connect joins.
        if (client.connected) {
          throw new Error(`client ${number} could not join ${room}`);
        }
        return;
      }
    }
    on = true;
    process.send({ type: "on", millis, recovered });
  });
}

function finish(last) {
  const end = Date.now() + TAIL_PATIENCE;
  const timer = setInterval(() => {
    if (receptions.every((reception) => reception.hasReached(last[reception.room])) || Date.now() > end) {
      clearInterval(timer);
      receptions.forEach((reception) => reception.end(last[reception.room]));
      const sum = (key) => receptions.reduce((total, reception) => total + reception[key], 0);
      process.send({
        type: "result",
        received: sum("received"),
        gaps: sum("gaps"),
        duplicates: sum("duplicates"),
        disorder: sum("disorder"),
      });
    }
  }, 50);
}

function whenAll(condition, then) {
  const timer = setInterval(() => {
    if (receptions.every(condition)) {
      clearInterval(timer);
      then();
    }
  }, 20);
}
