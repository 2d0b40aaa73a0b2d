"use strict";

/*
 * Loaded by `NODE_OPTIONS=--require`: puts the wall clock of a Node process, and of those it starts, ahead by
 * SKEWED_CLOCK_MS milliseconds, or behind for less than 0. Monotonic clocks and timers go on as they are, as they do on
 * a machine that is set wrong. Where SKEWED_CLOCK_FILE names a file, each look at the clock reads the offset from there,
 * so that a test can make the clock jump while a process runs.
 */
const { readFileSync } = require("node:fs");

const RealDate = Date;
const { SKEWED_CLOCK_MS = "0", SKEWED_CLOCK_FILE } = process.env;

function ahead() {
  const text = SKEWED_CLOCK_FILE ? readFileSync(SKEWED_CLOCK_FILE, "utf8") : SKEWED_CLOCK_MS;
  const offset = Number(text);
  if (Number.isNaN(offset)) throw new Error(`Not a number of milliseconds: ${text}`);
  return offset;
}

function now() {
  return RealDate.now() + ahead();
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self),
  apply: () => new RealDate(now()).toString(),
  get: (target, property, self) => (property === "now" ? now : Reflect.get(target, property, self)),
});
