import { openSandbox } from "./sandbox-client";

describe("throttle", () => {
  it("returns 429 in the contract's format beyond the limit of calls, with Retry-After", async () => {
    const { sandbox, admin, control } = await openSandbox();
    await control.setThrottle({ callsPerSecond: 1 });
    const headers = { authorization: `Basic ${sandbox.adminKey}` };
    const calls = Array.from({ length: 20 }, () => fetch(`${sandbox.url}/merchant`, { headers }));
    const [refused, ...more] = (await Promise.all(calls)).filter(({ status }) => status === 429);

    expect(more.length).toBeGreaterThan(0);
    expect(refused?.headers.get("retry-after")).toBe("1");
    expect(await refused?.json()).toEqual({ error: true, message: "Too many calls" });
    expect((await control.requests()).map(({ answered }) => answered)).toContain(429);

    await control.setThrottle({});
    expect((await admin.merchant()).status).toBe(200);
  });

  it("latencyMs delays every call", async () => {
    const { admin, control } = await openSandbox();
    await control.setThrottle({ latencyMs: 60_000 });
    const call = admin.merchant();
    while ((await control.requests()).at(-1)?.operation !== "merchant") await control.keys();
    expect((await control.requests()).at(-1)?.answered).toBe("pending");

    await control.release();
    expect((await call).status).toBe(200);
  });
});
