import { EventEmitter } from "node:events";
import { type Engine, watchEngine } from "../../provider/engine";
import { FakeEngine } from "../fake-engine";

const unsignalled = new EventEmitter();
unsignalled.setMaxListeners(0);

const goneCall = (engine: Engine) => new Promise<void>((resolve) => engine.onGone(() => resolve()));

let fake: FakeEngine;
let address: string;
beforeEach(async () => {
  fake = new FakeEngine();
  address = await fake.listen();
});
afterEach(() => fake.kill());

test("an engine that listens is alive", async () => {
  const engine = watchEngine(address, unsignalled);
  await fake.connection();
  expect(await engine.isGone()).toBe(false);
});

test("an engine that drops the idle connection is alive and stays watched", async () => {
  const engine = watchEngine(address, unsignalled);
  const gone = goneCall(engine);
  await fake.connection();
  await fake.dropConnections();
  expect(await engine.isGone()).toBe(false);
  fake.kill();
  await gone;
  expect(await engine.isGone()).toBe(true);
});

test("a killed engine is gone and is reported once", async () => {
  const engine = watchEngine(address, unsignalled);
  let calls = 0;
  engine.onGone(() => calls++);
  const gone = goneCall(engine);
  await fake.connection();
  fake.kill();
  await gone;
  expect(await engine.isGone()).toBe(true);
  expect(calls).toBe(1);
});

test("an engine that died a moment ago is gone", async () => {
  const engine = watchEngine(address, unsignalled);
  await fake.connection();
  fake.kill();
  expect(await engine.isGone()).toBe(true);
});

test("an engine that never existed is gone", async () => {
  fake.kill();
  const engine = watchEngine(address, unsignalled);
  await goneCall(engine);
  expect(await engine.isGone()).toBe(true);
});

test.each([
  undefined,
  "",
  "127.0.0.1",
  "127.0.0.1:",
  "127.0.0.1:x",
  "10.0.0.1:1",
  "example.com:80",
  "unix:/tmp/s",
  " 127.0.0.1:1",
  "127.0.0.1:1:1",
])("an engine with the address %j counts as alive", async (malformed) => {
  const engine = watchEngine(malformed, unsignalled);
  engine.onGone(() => {
    throw new Error("must not be called");
  });
  expect(await engine.isGone()).toBe(false);
});

describe.each(["SIGINT", "SIGTERM", "SIGBREAK"])("after %s", (signal) => {
  test.each(["a live engine", "an engine without an address"])("%s counts as gone", async (which) => {
    const signals = new EventEmitter();
    const engine = watchEngine(which === "a live engine" ? address : undefined, signals);
    if (which === "a live engine") await fake.connection();
    let calls = 0;
    engine.onGone(() => calls++);
    expect(await engine.isGone()).toBe(false);
    signals.emit(signal);
    expect(await engine.isGone()).toBe(true);
    signals.emit("SIGINT");
    expect(calls).toBe(1);
  });
});
