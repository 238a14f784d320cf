// Requests as nobody should send them.
import assert from "node:assert/strict";
import { sleep, until } from "../attack.mjs";

const POLL = "/socket.io/?EIO=4&transport=polling";
const UNKNOWN_SIDS = ["x", "0".repeat(20), "a".repeat(4000), "%00", "%2e%2e%2f", "%F0%9F%A6%8A", "__proto__", "constructor", "null"];

export default async function (attack) {
  await attack.attempt("duplicate keys in the query", async () => {
    const { sid } = await attack.open();
    for (const query of [
      "EIO=4&EIO=4&transport=polling",
      "EIO=4&EIO=3&transport=polling",
      "EIO=4&transport=polling&transport=polling",
      "EIO=4&transport=polling&transport=websocket",
      `EIO=4&transport=polling&sid=${sid}&sid=${sid}`,
      `EIO=4&transport=polling&sid=${sid}&sid=other`,
      "EIO=4&transport=polling&b64=1&b64=2&t=1&t=2",
    ]) {
      for (const method of ["GET", "POST"]) {
        if (!(method === "GET" && query.includes("sid"))) {
          const { status } = await attack.request({ method, path: `/socket.io/?${query}`, body: method === "POST" ? "40" : undefined });
          assert.ok(status === 200 || status === 400, `${status} for ${method} ${query}`);
        }
      }
    }
  });

  await attack.attempt("queries that are none", async () => {
    for (const query of ["", "?", "?&&&", "?EIO", "?EIO=4", "?EIO=%", "?EIO=4&transport=%zz", "?EIO=4&transport=polling&j=0",
      `?EIO=4&transport=polling&${"k".repeat(3000)}`, "?EIO=04&transport=polling", "?EIO=4&transport=POLLING", "?EIO=4&transport=__proto__",
      "?EIO=4;transport=polling", "?EIO=3&transport=polling", "?EIO=5&transport=polling", "?EIO=4&transport=webtransport"]) {
      const status = await attack.rawStatus(`GET /socket.io/${query} HTTP/1.1\r\nHost: HOST\r\n\r\n`, `GET ${query}`);
      assert.ok(status === 400 || status === 200 || status === 404 || status === 0, `${status} for '${query}'`);
    }
  });

  await attack.attempt("unknown sids: 400", async () => {
    for (const sid of UNKNOWN_SIDS) {
      for (const [method, body] of [["GET"], ["POST", "40"]]) {
        assert.equal((await attack.request({ method, path: `${POLL}&sid=${sid}`, body })).status, 400, `${method} ${sid}`);
      }
      const socket = attack.socket({ query: `EIO=4&transport=websocket&sid=${sid}` });
      await socket.closed;
      assert.equal(socket.received.length, 0);
    }
  });

  await attack.attempt("wrong methods", async () => {
    for (const method of ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "PROPFIND", "M-SEARCH"]) {
      const { sid } = await attack.open();
      for (const path of [POLL, `${POLL}&sid=${sid}`, "/socket.io/?EIO=4&transport=websocket"]) {
        const { status } = await attack.request({ method, path });
        assert.ok(status < 500, `${status} for ${method} ${path}`);
      }
    }
  });

  await attack.attempt("a POST in chunks is taken", async () => {
    const sid = await attack.connect();
    const { status, body } = await attack.request({
      method: "POST",
      path: attack.path(sid),
      headers: { "Transfer-Encoding": "chunked" },
      chunks: ["420[", '"message-with-ack"', ',"in chunks"', "]"],
    });
    assert.deepEqual([status, body], [200, "ok"]);
    let got = "";
    while (!got.includes("in chunks")) {
      got = (await attack.poll(sid)).body;
    }
    assert.equal(got.split("\x1e").at(-1), '430["in chunks"]');
    await attack.post(sid, "1");
  });

  await attack.attempt("a POST of 2 GB that is announced only", async () => {
    const { sid } = await attack.open();
    const socket = attack.raw(
      `POST ${attack.path(sid)} HTTP/1.1\r\nHost: HOST\r\nContent-Type: text/plain\r\nContent-Length: 2000000000\r\n\r\n4hello`,
    );
    // Refused at once, or as soon as it is too much.
    const chunk = "x".repeat(64 * 1024);
    const flood = setInterval(() => socket.writable && socket.write(chunk), 1);
    await Promise.race([socket.ended, until(() => socket.received.startsWith("HTTP/1.1 413"), "neither 413 nor closed")]);
    clearInterval(flood);
    socket.destroy();
  });

  for (const encoding of ["Content-Length", "chunked"]) {
    await attack.attempt(`a POST above maxPayload, ${encoding}: 413`, async () => {
      const { sid } = await attack.open();
      const part = "4".padEnd(Math.ceil((attack.maxPayload + 2) / 8), "x");
      const chunks = Array(8).fill(part);
      const request =
        encoding === "chunked" ? { chunks, headers: { "Transfer-Encoding": "chunked" } } : { body: chunks.join("") };
      try {
        assert.equal((await attack.request({ method: "POST", path: attack.path(sid), ...request })).status, 413);
      } catch (error) {
        // The answer is lost if the connection is reset while the client still writes.
        assert.match(String(error.code), /EPIPE|ECONNRESET/);
      }
      assert.equal((await attack.poll(sid)).status, 400);
    });
  }

  await attack.attempt("requests that are not HTTP", async () => {
    for (const text of [
      "\r\n\r\n\r\n",
      "GARBAGE\r\n\r\n",
      `GET ${POLL} HTTP/9.9\r\nHost: HOST\r\n\r\n`,
      `GET ${POLL} HTTP/1.1\r\n\r\n`,
      `GET ${POLL} HTTP/1.1\r\nHost: HOST\r\nno colon\r\n\r\n`,
      `GET ${POLL} HTTP/1.1\r\nHost: HOST\r\nX: ${"y".repeat(200_000)}\r\n\r\n`,
      `GET /${"z".repeat(200_000)} HTTP/1.1\r\nHost: HOST\r\n\r\n`,
      `POST ${POLL} HTTP/1.1\r\nHost: HOST\r\nContent-Length: -1\r\n\r\n`,
      `POST ${POLL} HTTP/1.1\r\nHost: HOST\r\nContent-Length: 99999999999999999999\r\n\r\n`,
      `POST ${POLL} HTTP/1.1\r\nHost: HOST\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n40x`,
      `POST ${POLL} HTTP/1.1\r\nHost: HOST\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `POST ${POLL} HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n`,
      `\u0000\u0001\u0002\u00ff`.repeat(100),
    ]) {
      const socket = attack.raw(text);
      await Promise.race([socket.ended, until(() => socket.received !== "", "", 1000).catch(() => {})]);
      const status = Number(/^HTTP\/1\.\d (\d{3}) /.exec(socket.received)?.[1] ?? 0);
      socket.destroy();
      // A version that there is not may be answered with 505.
      if (status && status !== 505) {
        attack.answered(status, text.slice(0, 60));
      }
    }
  });

  await attack.attempt("two polls at once: the session is closed, the second is answered with 400", async () => {
    for (let i = 0; i < 20; i++) {
      const sid = await attack.connect();
      const polls = [attack.poll(sid), attack.poll(sid)];
      const answers = await Promise.all(polls);
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400]);
      assert.equal((await attack.poll(sid)).status, 400);
    }
  });

  await attack.attempt("POSTs at once: none is lost that was answered with 200", async () => {
    for (let i = 0; i < 20; i++) {
      const sid = await attack.connect();
      const answers = await Promise.all(
        [1, 2, 3].map((n) => attack.post(sid, `42${n}["message-with-ack",${n}]`).catch((error) => ({ status: error.code }))),
      );
      for (const { status } of answers) {
        assert.ok([200, 400, "ECONNRESET", "EPIPE"].includes(status), `${status}`);
      }
      if (answers.every(({ status }) => status === 200)) {
        let got = "";
        while ([1, 2, 3].some((n) => !got.includes(`43${n}[${n}]`))) {
          got += (await attack.poll(sid)).body;
        }
      }
      await attack.post(sid, "1");
    }
  });

  await attack.attempt("polls that are given up: the session is closed", async () => {
    for (let i = 0; i < 20; i++) {
      const sid = await attack.connect();
      const socket = attack.raw(`GET ${attack.path(sid)} HTTP/1.1\r\nHost: HOST\r\n\r\n`);
      await sleep(5);
      socket.destroy();
      await sleep(20);
      assert.equal((await attack.poll(sid)).status, 400);
    }
  });

  await attack.attempt("POSTs whose body ends early, or never", async () => {
    for (let i = 0; i < 20; i++) {
      const { sid } = await attack.open();
      const socket = attack.raw(`POST ${attack.path(sid)} HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1000\r\n\r\n42["mess`);
      if (i % 2) {
        await sleep(10);
        socket.destroy();
      }
    }
  });

  await attack.attempt("bodies that are no payloads: 400, and the session is closed", async () => {
    for (const body of ["abc", "\x1e", "4hello\x1e\x1e", "\x1e4hello", "7", "b", "b!!!!", "4hello\x1eb====", "\u0000"]) {
      const { sid } = await attack.open("engine.io");
      const { status } = await attack.post(sid, body, "engine.io");
      assert.ok(status === 400 || status === 200, `${status} for ${JSON.stringify(body)}`);
      if (status === 400) {
        assert.equal((await attack.poll(sid, "engine.io")).status, 400);
      } else {
        await attack.post(sid, "1", "engine.io");
      }
    }
  });

  await attack.attempt("bodies that are not UTF-8, and binary content types", async () => {
    for (const headers of [{}, { "Content-Type": "application/octet-stream" }, { "Content-Type": "text/plain;charset=utf-16" }, { "Content-Type": "multipart/form-data; boundary=x" }, { "Content-Encoding": "gzip" }]) {
      for (const body of [Buffer.from([0x34, 0xff, 0xfe, 0xc0, 0x80]), Buffer.from([0x34, 0xed, 0xa0, 0x80]), Buffer.from("4plain")]) {
        const { sid } = await attack.open("engine.io");
        const { status } = await attack.request({ method: "POST", path: attack.path(sid, "engine.io"), body, headers });
        assert.ok(status < 500, `${status}`);
      }
    }
  });
}
