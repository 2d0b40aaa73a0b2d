import { RateLimiter } from "../../provider/payengine/rate-limiter";
import { SandboxHarness } from "../sandbox-harness";
import { client, closeClients } from "./client-harness";

let harness: SandboxHarness;
beforeEach(async () => {
  harness = await SandboxHarness.open();
});
afterEach(async () => {
  await closeClients();
  await harness.close();
});

test("concurrent requests stay below a rate limit", async () => {
  await harness.control.setThrottle({ callsPerSecond: 5 });
  // Long enough that no request times out on a busy machine.
  const settings = { credential: harness.credential, maxRetries: 3, requestTimeout: 60_000 };
  const { api } = client(harness.url, settings);
  const places = await Promise.all(Array.from({ length: 32 }, () => api.place()));

  expect(new Set(places.map(({ merchantIds }) => merchantIds.length))).toEqual(new Set([2]));
  const answers = (await harness.control.requests()).map(({ answered }) => answered);
  const refused = answers.filter((it) => it === 429).length;
  expect(answers.length - refused).toBe(32);
  // All fall in the first window; each later window allows about as many as passed in it.
  expect(refused).toBeLessThan(64);
}, 60_000);

test("a request whose operation ends during the wait is not sent", async () => {
  const limiter = new RateLimiter();
  (await limiter.acquire(undefined)).refused(60_000);
  const operation = new AbortController();
  const waiting = limiter.acquire(operation.signal);
  operation.abort();
  await waiting;
});

test("a 429 without Retry-After does not delay other requests", async () => {
  const limiter = new RateLimiter();
  (await limiter.acquire(undefined)).refused(undefined);
  await limiter.acquire(undefined);
});
