// What is counted, since a drill that counts nothing would pass.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Reception } from "./reception.mjs";

function receive(...events) {
  const reception = new Reception("room");
  events.forEach((event) => (event === "restart" ? reception.restart() : reception.on(...event)));
  const { gaps, duplicates, disorder } = reception;
  return { gaps, duplicates, disorder };
}

test("events one by one are all", () => {
  assert.deepEqual(receive([7, 1, 1], [8, 1, 1], [9, 1, 1]), { gaps: 0, duplicates: 0, disorder: 0 });
});

test("each number that is left out is a gap", () => {
  assert.deepEqual(receive([7, 1, 1], [9, 1, 1], [12, 1, 1]), { gaps: 3, duplicates: 0, disorder: 0 });
});

test("the same event again is a duplicate", () => {
  assert.deepEqual(receive([7, 1, 1], [8, 1, 1], [7, 1, 1], [8, 1, 1]), { gaps: 0, duplicates: 2, disorder: 0 });
});

test("an event after a later one is out of order", () => {
  assert.deepEqual(receive([7, 1, 1], [9, 1, 1], [8, 1, 1], [10, 1, 1]), { gaps: 1, duplicates: 0, disorder: 1 });
});

test("repetitions of the producer are none", () => {
  assert.deepEqual(receive([7, 1, 1], [7, 2, 1], [8, 1, 2], [7, 3, 1]), { gaps: 0, duplicates: 0, disorder: 0 });
});

test("the attempt that the producer was told is safe has to arrive", () => {
  assert.deepEqual(receive([7, 1, 1], [8, 1, 2]), { gaps: 1, duplicates: 0, disorder: 0 });
});

test("a new connection owes nothing of before, but may not repeat", () => {
  assert.deepEqual(receive([7, 1, 1], "restart", [20, 1, 1], [7, 1, 1]), { gaps: 0, duplicates: 1, disorder: 0 });
});

test("what is missing at the end are gaps", () => {
  const reception = new Reception("room");
  reception.on(7, 1, 1);
  assert.equal(reception.hasReached(9), false);
  reception.end(9);
  assert.equal(reception.gaps, 2);
});
