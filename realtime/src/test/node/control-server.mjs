// Node's own socket.io as CONTRACT.md says: the control of all programs here.
import { createServer } from "node:http";
import { Server as EngineServer } from "engine.io";
import { Server } from "socket.io";
import { readOptions } from "./options.mjs";
import { keepStateIn } from "./control-recovery.mjs";

const REASON_PATIENCE = 5000;

const options = readOptions(
  {
    port: 0,
    "ping-interval": 25000,
    "ping-timeout": 20000,
    "connect-timeout": 45000,
    "max-payload": 1_000_000,
    recovery: "off",
    state: "",
  },
  "Usage: node control-server.mjs [--port=N] [--recovery=on [--state=FILE]] ..., see CONTRACT.md",
);

const heartbeat = {
  pingInterval: options["ping-interval"],
  pingTimeout: options["ping-timeout"],
  maxHttpBufferSize: options["max-payload"],
};
const http = createServer(control);
const engine = new EngineServer(heartbeat);
engine.attach(http, { path: "/engine.io/" });
engine.on("connection", (session) => session.on("data", (data) => session.send(data)));

const io = new Server(http, {
  ...heartbeat,
  connectTimeout: options["connect-timeout"],
  ...(options.recovery === "on" ? { connectionStateRecovery: {} } : {}),
});
io.of("/guarded").use((socket, next) => {
  if (socket.handshake.auth.token === "let-me-in") {
    next();
  } else {
    next(Object.assign(new Error("not authorized"), { data: { code: 401, realm: "guarded" } }));
  }
});
for (const name of ["/", "/custom", "/guarded"]) {
  io.of(name).on("connection", serve);
}
const state = options.state ? keepStateIn(options.state, io) : undefined;

/** The reasons by the names of sockets, or who waits for them. */
const reasons = new Map();

function serve(socket) {
  const seen = [];
  socket.onAny((event) => seen.push(event));
  socket.emit("auth", socket.handshake.auth);
  socket.on("message", (...args) => socket.emit("message-back", ...args.filter(isData)));
  socket.on("message-with-ack", (...args) => args.pop()(...args));
  socket.on("join", (room, ack) => acknowledge(ack, socket.join(room)));
  socket.on("leave", (room, ack) => acknowledge(ack, socket.leave(room)));
  socket.on("rooms", (ack) => ack([...socket.rooms].filter((room) => room !== socket.id).sort()));
  socket.on("broadcast", (how, event, ...args) => {
    const to = how.self ? socket.nsp : socket.broadcast;
    const flags = how.volatile ? to.volatile : to;
    flags.to(how.rooms ?? []).except(how.except ?? []).emit(event, ...args.filter(isData));
    acknowledge(args.at(-1));
  });
  socket.on("ask-me", (timeout, ...args) => {
    const ack = args.pop();
    // The time ends for the server's side of the acknowledgement only, so that a late one is ignored.
    socket.timeout(timeout).emit("question", ...args, (error, ...answers) => {
      if (error) {
        ack("timeout");
      } else {
        ack("answer", ...answers);
      }
    });
  });
  socket.on("volatile-then-kept", () => {
    socket.volatile.emit("dropped");
    socket.emit("kept");
  });
  socket.on("seen", (ack) => ack(seen));
  socket.on("disconnect-me", (close) => socket.disconnect(close === true));
  socket.on("close-transport", (code) => {
    const { transport } = socket.conn;
    if (transport.name === "websocket") {
      transport.socket.close(code);
    } else {
      socket.conn.close();
    }
  });
  socket.on("reason-of", async (name, ack) => ack(await reasonOf(name)));
  socket.on("disconnect", (reason) => {
    const name = socket.handshake.auth.name;
    if (name !== undefined) {
      const waiting = reasons.get(name);
      reasons.set(name, reason);
      if (typeof waiting === "function") {
        waiting(reason);
      }
    }
  });
}

function isData(arg) {
  return typeof arg !== "function";
}

async function acknowledge(ack, before) {
  await before;
  if (typeof ack === "function") {
    ack();
  }
}

function reasonOf(name) {
  if (reasons.has(name)) {
    return reasons.get(name);
  }
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), REASON_PATIENCE);
    reasons.set(name, (reason) => {
      clearTimeout(timer);
      resolve(reason);
    });
  });
}

async function control(request, response) {
  const route = `${request.method} ${request.url}`;
  if (route === "GET /control/state") {
    const namespaces = [...io._nsps.values()];
    response.setHeader("Content-Type", "application/json");
    response.end(
      JSON.stringify({
        sessions: engine.clientsCount + io.engine.clientsCount,
        sockets: namespaces.reduce((sum, namespace) => sum + namespace.sockets.size, 0),
      }),
    );
  } else if (route === "POST /control/emit") {
    const { room, event, args } = await json(request);
    io.to(room).emit(event, ...args);
    response.writeHead(204).end();
  } else if (route === "POST /control/fanout") {
    const { room, count, bytes } = await json(request);
    const padding = "x".repeat(bytes);
    for (let i = 0; i < count; i++) {
      io.to(room).emit("fan", process.hrtime.bigint().toString(), padding);
    }
    response.writeHead(204).end();
  } else {
    response.writeHead(404).end();
  }
}

async function json(request) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}

// Node leaves what listeners throw to the process: here, what cannot be sent back because it is nested too deeply.
process.on("uncaughtException", (error) => {
  if (!(error instanceof RangeError || error instanceof TypeError)) {
    throw error;
  }
});

process.once("SIGTERM", () => {
  http.close();
  http.closeIdleConnections();
  // The transports only, since a packet 41 forbids clients to come back.
  engine.close();
  io.engine.close();
  setImmediate(() => {
    state?.write();
    process.exit(0);
  });
});

http.listen(options.port, "127.0.0.1", () => {
  console.log(`Listening on http://127.0.0.1:${http.address().port}/`);
});
