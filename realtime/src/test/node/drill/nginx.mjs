// A real nginx in front of two instances, which keeps the clients of one address on one of them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { freePort } from "./instance.mjs";

const PATIENCE = 20_000;

function configuration(port, servers) {
  return `
daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log info;
${process.getuid() === 0 ? "user root;" : ""}
events { worker_connections 4096; }
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    map $http_upgrade $connection_upgrade {
        default upgrade;
        ''      '';
    }
    # The requests of one polling session have to reach one instance. Who loses its instance goes to the other.
    upstream sockets {
        zone sockets 64k;
        hash $remote_addr consistent;
${servers.map((server) => `        server 127.0.0.1:${server} max_fails=1 fail_timeout=1s;`).join("\n")}
        keepalive 32;
    }
    server {
        listen 127.0.0.1:${port} backlog=1024;
        client_max_body_size 1m;
        proxy_http_version 1.1;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        # An instance that stops refuses handshakes by 503; the other one takes them.
        proxy_next_upstream error timeout http_503;
        proxy_next_upstream_tries 2;
        proxy_connect_timeout 1s;
        location / {
            proxy_pass http://sockets;
            proxy_read_timeout 1h;
            proxy_send_timeout 1h;
        }
    }
}
`;
}

export class Nginx {
  #child;

  constructor(child, port) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(folder, servers) {
    const prefix = path.join(folder, "nginx");
    mkdirSync(prefix);
    const port = await freePort();
    writeFileSync(path.join(prefix, "nginx.conf"), configuration(port, servers));
    // Debian has it where the path of those who are not root does not lead.
    const child = spawn("nginx", ["-p", prefix, "-c", "nginx.conf", "-e", "error.log"], {
      stdio: "inherit",
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    });
    const failed = once(child, "error").then(([error]) => {
      throw new Error(`nginx cannot be started: ${error.message}`);
    });
    await Promise.race([awaitPort(port, child, path.join(prefix, "error.log")), failed]);
    return new Nginx(child, port);
  }

  /** Ends it at once. */
  async stop() {
    if (this.#child.exitCode === null) {
      this.#child.kill("SIGTERM");
      await once(this.#child, "exit");
    }
  }
}

async function awaitPort(port, child, log) {
  const end = Date.now() + PATIENCE;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > end) {
      throw new Error(`nginx does not listen:\n${readFileSync(log, "utf8")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
