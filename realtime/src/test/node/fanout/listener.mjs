// One WebSocket by hand, which knows as much of the protocol as a server of the contract makes necessary.
import net from "node:net";

const FAN = Buffer.from('42["fan","');
const QUOTE = 0x22;

/** A text frame with a mask that changes nothing. */
function frame(text) {
  const payload = Buffer.from(text);
  if (payload.length > 125) {
    throw new Error("too long for a frame of this kind");
  }
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

const PONG = frame("3");

export class Listener {
  #socket;
  #received;
  #rest = Buffer.alloc(0);
  #micros = [];
  #joined;

  count = 0;

  constructor(socket, received, joined) {
    this.#socket = socket;
    this.#received = received;
    this.#joined = joined;
  }

  /** Connects and joins the room. */
  static join(url, received) {
    const { hostname, port, host } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host: hostname, port, noDelay: true });
      const listener = new Listener(socket, received, () => resolve(listener));
      let head = "";
      const onHead = (data) => {
        head += data.toString("latin1");
        const end = head.indexOf("\r\n\r\n");
        if (end >= 0) {
          socket.off("data", onHead);
          if (!head.startsWith("HTTP/1.1 101")) {
            reject(new Error(head.slice(0, end)));
            return;
          }
          socket.on("data", (chunk) => listener.#onData(chunk));
          socket.write(frame("40"));
          listener.#onData(Buffer.from(head.slice(end + 4), "latin1"));
        }
      };
      socket.on("data", onHead);
      socket.on("error", reject);
      socket.on("close", () => {
        throw new Error("a socket has been closed");
      });
      socket.write(
        `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
      );
    });
  }

  /** Forgets all events, and returns how long each has taken. */
  reset() {
    const micros = this.#micros;
    this.#micros = [];
    this.count = 0;
    return micros;
  }

  #onData(chunk) {
    const now = process.hrtime.bigint();
    let data = this.#rest.length ? Buffer.concat([this.#rest, chunk]) : chunk;
    for (;;) {
      if (data.length < 2) {
        break;
      }
      let length = data[1] & 0x7f;
      let start = 2;
      if (length === 126) {
        if (data.length < 4) {
          break;
        }
        length = data.readUInt16BE(2);
        start = 4;
      }
      if (data.length < start + length) {
        break;
      }
      this.#onText(data.subarray(start, start + length), now);
      data = data.subarray(start + length);
    }
    this.#rest = data;
  }

  #onText(text, now) {
    if (text.length === 1 && text[0] === 0x32) {
      this.#socket.write(PONG);
    } else if (text.length > FAN.length && text.subarray(0, FAN.length).equals(FAN)) {
      const emitted = text.latin1Slice(FAN.length, text.indexOf(QUOTE, FAN.length));
      this.#micros.push(Number((now - BigInt(emitted)) / 1000n));
      this.#received(++this.count);
    } else if (text[0] === 0x34 && text[1] === 0x30) {
      this.#socket.write(frame('420["join","fan"]'));
    } else if (text.subarray(0, 3).toString() === "430") {
      this.#joined();
    }
  }
}
