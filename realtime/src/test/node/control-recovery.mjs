// Lets Node's in-memory recovery outlive a stop by SIGTERM: the control of the restart drill. Nothing is kept over a SIGKILL.
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/**
 * Reads what a former process has left in the file.
 *
 * @return an object whose `write` leaves the sessions and packets of the main namespace for the next process
 */
export function keepStateIn(file, io) {
  const { adapter } = io.of("/");
  if (existsSync(file)) {
    const { sessions, packets } = JSON.parse(readFileSync(file, "utf8"));
    sessions.forEach((session) => adapter.sessions.set(session.pid, session));
    adapter.packets.push(
      ...packets.map((packet) => ({
        ...packet,
        opts: { ...packet.opts, rooms: new Set(packet.opts.rooms), except: new Set(packet.opts.except) },
      })),
    );
  }
  return {
    write: () =>
      writeFileSync(
        file,
        JSON.stringify({ sessions: [...adapter.sessions.values()], packets: adapter.packets }, (_key, value) =>
          value instanceof Set ? [...value] : value,
        ),
      ),
  };
}
