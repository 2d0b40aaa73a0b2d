import { setTimeout as sleep } from "node:timers/promises";
import type { End } from "../../provider/engine";
import { endWithEngine } from "../../provider/lifetime";

const DELIVERY_MS = 100;

/** An engine that dies on demand. */
function mortal() {
  let onGone = (_: End) => {};
  const engine = {
    isGone: async () => false,
    onGone(callback: (how: End) => void) {
      onGone = callback;
    },
  };
  return { engine, die: () => onGone("died"), hangUp: () => onGone("hung up") };
}

test("the process ends at once when no operation is running", () => {
  const { engine, die } = mortal();
  const exit = jest.fn();
  endWithEngine(engine, exit);
  expect(exit).not.toHaveBeenCalled();
  die();
  expect(exit).toHaveBeenCalledTimes(1);
});

test("each result gets its own delivery time", async () => {
  jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "queueMicrotask"] });
  try {
    const { engine, die } = mortal();
    const exit = jest.fn();
    const busy = endWithEngine(engine, exit);
    await busy(async () => "first");
    jest.advanceTimersByTime(DELIVERY_MS - 1);
    await busy(async () => "second");
    die();
    jest.advanceTimersByTime(DELIVERY_MS - 1);
    expect(exit).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(exit).toHaveBeenCalledTimes(1);
  } finally {
    jest.useRealTimers();
  }
});

test("the process ends at once when an engine with all results hangs up", async () => {
  const { engine, hangUp } = mortal();
  const exit = jest.fn();
  const busy = endWithEngine(engine, exit);
  await busy(async () => "first");
  hangUp();
  expect(exit).toHaveBeenCalledTimes(1);
});

test("a running operation finishes before the process ends, even if it fails", async () => {
  const { engine, die } = mortal();
  const exit = jest.fn();
  const busy = endWithEngine(engine, exit);
  let fail = (_: Error) => {};
  const operation = busy(
    () =>
      new Promise((_, reject) => {
        fail = reject;
      }),
  );
  die();
  await sleep(2 * DELIVERY_MS);
  expect(exit).not.toHaveBeenCalled();
  fail(new Error("as it happens"));
  await expect(operation).rejects.toThrow("as it happens");
  await sleep(2 * DELIVERY_MS);
  expect(exit).toHaveBeenCalledTimes(1);
});
