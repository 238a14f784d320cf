// Some sockets that receive. They read frames themselves, since what is measured is the server.
import { Listener } from "./listener.mjs";

const listeners = [];
let waiting;

process.on("message", async (message) => {
  switch (message.type) {
    case "join":
      for (let i = 0; i < message.count; i++) {
        listeners.push(await Listener.join(message.url, received));
      }
      process.send({ type: "joined" });
      break;
    case "await":
      waiting = { count: message.count, missing: 0 };
      waiting.missing = listeners.filter((listener) => listener.count < message.count).length;
      answerIfAll();
      break;
    case "reset":
      process.send({ micros: listeners.flatMap((listener) => listener.reset()) });
      break;
    case "cpu": {
      const { user, system } = process.cpuUsage();
      process.send({ millis: (user + system) / 1000 });
      break;
    }
    default:
      throw new Error(`unknown message ${message.type}`);
  }
});
process.on("disconnect", () => process.exit(0));

function received(count) {
  if (waiting && count === waiting.count) {
    waiting.missing--;
    answerIfAll();
  }
}

function answerIfAll() {
  if (waiting.missing === 0) {
    waiting = undefined;
    process.send({ type: "received" });
  }
}
