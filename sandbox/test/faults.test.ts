import type { FaultInput } from "../src";
import { eventually, openSandbox } from "./sandbox-client";

type FaultOfCreation<Fault = FaultInput> = Fault extends unknown ? Omit<Fault, "operation"> : never;

/** A sandbox where the next creation of a key meets this fault. */
async function openFaulty(fault: FaultOfCreation) {
  const open = await openSandbox();
  await open.control.addFault({ operation: "createKey", ...fault } as FaultInput);
  return open;
}

describe("a fault before the commit leaves nothing behind", () => {
  it("dropBeforeCommit ends the connection", async () => {
    const { admin } = await openFaulty({ kind: "dropBeforeCommit" });

    await expect(admin.create("a")).rejects.toThrow("fetch failed");

    expect(await admin.names()).toEqual([]);
  });

  it("statusBeforeCommit answers in the contract's form", async () => {
    const { admin } = await openFaulty({ kind: "statusBeforeCommit", status: 503, retryAfter: 7 });

    const { status, headers, body } = await admin.create("a");

    expect({ status, retryAfter: headers.get("retry-after"), body }).toEqual({
      status: 503,
      retryAfter: "7",
      body: { error: true, message: "Status 503, as asked for by a fault" },
    });
    expect(await admin.names()).toEqual([]);
  });

  it.each([
    ["html", "text/html; charset=utf-8", /^<!doctype html>/],
    ["empty", null, /^$/],
    ["json", "application/json; charset=utf-8", /^{"status":502,"reason":"as asked for by a fault"}$/],
  ] as const)("statusBeforeCommit answers with a body of the kind %s", async (body, contentType, text) => {
    const { admin } = await openFaulty({ kind: "statusBeforeCommit", status: 502, body });

    const answer = await admin.create("a");

    expect(answer.status).toBe(502);
    expect(answer.headers.get("content-type")).toBe(contentType);
    expect(answer.text).toMatch(text);
    expect(await admin.names()).toEqual([]);
  });

  it("rateLimit answers 429, with Retry-After where asked for, or a proxy's page", async () => {
    const { admin, control } = await openFaulty({ kind: "rateLimit" });
    await control.addFault({ operation: "createKey", kind: "rateLimit", retryAfter: 3, asHtml: true });

    const [plain, page] = [await admin.create("a"), await admin.create("a")];

    expect(plain).toMatchObject({ status: 429, body: { error: true } });
    expect(plain.headers.get("retry-after")).toBeNull();
    expect(page).toMatchObject({ status: 429, text: expect.stringMatching(/^<!doctype html>/) });
    expect(page.headers.get("retry-after")).toBe("3");
    expect(await admin.names()).toEqual([]);
  });

  it("redirect answers 302", async () => {
    const { admin } = await openFaulty({ kind: "redirect", location: "https://elsewhere.test/login" });

    const { status, headers } = await admin.create("a");

    expect([status, headers.get("location")]).toEqual([302, "https://elsewhere.test/login"]);
    expect(await admin.names()).toEqual([]);
  });

  it("html200 without a commit answers a page", async () => {
    const { admin } = await openFaulty({ kind: "html200", commit: false });

    expect(await admin.create("a")).toMatchObject({ status: 200, text: expect.stringContaining("<html>") });
    expect(await admin.names()).toEqual([]);
  });
});

describe("a fault after the commit leaves a key whose maker did not get a proper answer", () => {
  it("dropAfterCommit ends the connection", async () => {
    const { admin } = await openFaulty({ kind: "dropAfterCommit" });

    await expect(admin.create("a")).rejects.toThrow("fetch failed");

    expect(await admin.names()).toEqual(["a"]);
  });

  it("statusAfterCommit answers a failure", async () => {
    const { admin } = await openFaulty({ kind: "statusAfterCommit", status: 500, body: "html" });

    expect(await admin.create("a")).toMatchObject({ status: 500, text: expect.stringContaining("<html>") });
    expect(await admin.names()).toEqual(["a"]);
  });

  it("truncatedBody ends the connection halfway through the answer", async () => {
    const { admin } = await openFaulty({ kind: "truncatedBody" });

    const response = await admin.fetch("POST", "/api-keys", { name: "a", type: "private" });

    expect(response.status).toBe(201);
    await expect(response.text()).rejects.toThrow("terminated");
    expect(await admin.names()).toEqual(["a"]);
  });

  it("valueMissing leaves out the value, and nothing else", async () => {
    const { admin } = await openFaulty({ kind: "valueMissing" });

    const { status, body } = await admin.create("a");

    expect(status).toBe(201);
    expect(body.data).toMatchObject({ name: "a", type: "private", status: "active" });
    expect(body.data).not.toHaveProperty("key");
    expect(await admin.names()).toEqual(["a"]);
  });

  it("wrongName answers with a name that was not posted", async () => {
    const { admin } = await openFaulty({ kind: "wrongName" });

    const { body } = await admin.create("a");

    expect(body.data).toMatchObject({ name: "a (renamed)", key: expect.stringMatching(/^[0-9a-f]{102}$/) });
    expect(await admin.names()).toEqual(["a"]);
  });

  it("oversizedBody answers with as many bytes more as asked for", async () => {
    const { admin } = await openFaulty({ kind: "oversizedBody", bytes: 2_000_000 });

    const { text, body } = await admin.create("a");

    expect(text.length).toBeGreaterThan(2_000_000);
    expect(body.data.name).toBe("a");
    expect(await admin.names()).toEqual(["a"]);
  });

  it("html200 answers a page", async () => {
    const { admin } = await openFaulty({ kind: "html200" });

    expect(await admin.create("a")).toMatchObject({ status: 200, text: expect.stringContaining("<html>") });
    expect(await admin.names()).toEqual(["a"]);
  });
});

describe("delay", () => {
  it("commits after the wait, although the caller has gone away", async () => {
    const { admin, control } = await openFaulty({ kind: "delay", beforeCommitMs: 300 });
    const caller = new AbortController();
    const call = admin.fetch("POST", "/api-keys", { name: "late", type: "private" }, caller.signal);
    await eventually(async () => (await control.faults()).find((fault) => fault.hits === 1));
    caller.abort();
    await expect(call).rejects.toThrow("aborted");
    await eventually(async () => (await control.requests()).find((entry) => entry.answered === "dropped"));
    expect(await admin.names()).toEqual([]);

    expect(await eventually(async () => (await admin.names())[0])).toBe("late");
  });

  it("holds the answer back after the commit", async () => {
    const { sandbox, admin, control } = await openSandbox({ graceMs: 0 });
    await control.addFault({ operation: "createKey", kind: "delay", afterCommitMs: 60_000 });
    const call = admin.fetch("POST", "/api-keys", { name: "early", type: "private" });
    const outcome = expect(call).rejects.toThrow("fetch failed");

    expect(await eventually(async () => (await admin.names())[0])).toBe("early");
    expect(await control.requests()).toContainEqual(
      expect.objectContaining({ operation: "createKey", answered: "pending" }),
    );
    await sandbox.close();
    await outcome;
  });

  it("goes with another fault", async () => {
    const { admin, control } = await openFaulty({ kind: "delay", beforeCommitMs: 1 });
    await control.addFault({ operation: "createKey", kind: "dropAfterCommit" });

    await expect(admin.create("a")).rejects.toThrow("fetch failed");

    expect((await control.faults()).map((fault) => fault.hits)).toEqual([1, 1]);
  });
});

describe("which calls a fault hits", () => {
  const unavailable = { kind: "statusBeforeCommit", status: 503 } as const;

  it("only those of its operation", async () => {
    const { admin, control } = await openSandbox();
    const { id } = (await admin.create("a")).body.data;
    const calls = {
      createKey: () => admin.create("b"),
      listKeys: () => admin.list(),
      getKey: () => admin.get(id),
      revokeKey: () => admin.revoke(id),
      merchant: () => admin.merchant(),
    };

    for (const faulty of Object.keys(calls) as (keyof typeof calls)[]) {
      await control.clearFaults();
      await control.addFault({ operation: faulty, ...unavailable });
      const hit = [];
      for (const [operation, call] of Object.entries(calls)) {
        if (operation !== "revokeKey" && (await call()).status === 503) hit.push(operation);
      }
      if (faulty === "revokeKey" && (await admin.revoke(id)).status === 503) hit.push("revokeKey");
      expect(hit).toEqual([faulty]);
    }
  });

  it("one by default, or as many as asked for, or all", async () => {
    const { admin, control } = await openSandbox();
    const hits = async (times?: number | "always") => {
      await control.clearFaults();
      await control.addFault({ operation: "merchant", times, ...unavailable });
      const statuses = [];
      for (let call = 0; call < 4; call++) statuses.push((await admin.merchant()).status);
      return statuses;
    };

    expect(await hits()).toEqual([503, 200, 200, 200]);
    expect(await hits(2)).toEqual([503, 503, 200, 200]);
    expect(await hits("always")).toEqual([503, 503, 503, 503]);
  });

  it("after those that it lets pass, and one fault after another", async () => {
    const { admin, control } = await openSandbox();
    await control.addFault({ operation: "merchant", skip: 1, ...unavailable });
    await control.addFault({ operation: "merchant", skip: 1, kind: "statusBeforeCommit", status: 502 });
    const statuses = [];
    for (let call = 0; call < 4; call++) statuses.push((await admin.merchant()).status);

    expect(statuses).toEqual([200, 503, 502, 200]);
  });

  it("only those about the key that it names", async () => {
    const { admin, control } = await openSandbox();
    const own = (await admin.create("mine-1")).body.data;
    const other = (await admin.create("yours-1")).body.data;
    const named = { keyName: "mine", times: "always", ...unavailable } as const;
    for (const operation of ["createKey", "listKeys", "getKey", "revokeKey"] as const) {
      await control.addFault({ operation, ...named });
    }

    const mine = [admin.create("mine-2"), admin.list("?q=mine-1"), admin.get(own.id), admin.revoke(own.id)];
    const yours = [admin.create("yours-2"), admin.list("?q=yours"), admin.list(), admin.get(other.id)];

    expect((await Promise.all(mine)).map((answer) => answer.status)).toEqual([503, 503, 503, 503]);
    expect((await Promise.all(yours)).map((answer) => answer.status)).toEqual([201, 200, 200, 200]);
  });

  it("none that is refused or fails by itself", async () => {
    const { admin, control } = await openSandbox();
    await control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
    await control.setDialect({ keyQuota: 0 });

    expect((await admin.create("")).status).toBe(400);
    expect((await admin.create("a")).status).toBe(422);
    expect((await control.faults()).map((fault) => fault.hits)).toEqual([0]);

    await control.setDialect({});
    await expect(admin.create("a")).rejects.toThrow("fetch failed");
    expect((await control.faults()).map((fault) => fault.hits)).toEqual([1]);
  });

  it("none once cleared", async () => {
    const { admin, control } = await openFaulty({ kind: "dropBeforeCommit" });
    await control.clearFaults();

    expect((await admin.create("a")).status).toBe(201);
    expect(await control.faults()).toEqual([]);
  });
});
