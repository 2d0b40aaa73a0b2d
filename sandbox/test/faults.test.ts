import type { FaultInput } from "../src";
import { openSandbox } from "./sandbox-client";

type FaultOfCreation<Fault = FaultInput> = Fault extends unknown ? Omit<Fault, "operation"> : never;

/** A sandbox where the next key creation hits this fault. */
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

  it("statusBeforeCommit responds in the contract's format", async () => {
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

  it("rateLimit returns 429, with an optional Retry-After, or a proxy's page", async () => {
    const { admin, control } = await openFaulty({ kind: "rateLimit" });
    await control.addFault({ operation: "createKey", kind: "rateLimit", retryAfter: 3, asHtml: true });

    const [plain, page] = [await admin.create("a"), await admin.create("a")];

    expect(plain).toMatchObject({ status: 429, body: { error: true } });
    expect(plain.headers.get("retry-after")).toBeNull();
    expect(page).toMatchObject({ status: 429, text: expect.stringMatching(/^<!doctype html>/) });
    expect(page.headers.get("retry-after")).toBe("3");
    expect(await admin.names()).toEqual([]);
  });

  it("redirect returns 302", async () => {
    const { admin } = await openFaulty({ kind: "redirect", location: "https://elsewhere.test/login" });

    const { status, headers } = await admin.create("a");

    expect([status, headers.get("location")]).toEqual([302, "https://elsewhere.test/login"]);
    expect(await admin.names()).toEqual([]);
  });

  it("html200 without a commit returns a page", async () => {
    const { admin } = await openFaulty({ kind: "html200", commit: false });

    expect(await admin.create("a")).toMatchObject({ status: 200, text: expect.stringContaining("<html>") });
    expect(await admin.names()).toEqual([]);
  });
});

describe("a fault after the commit leaves a key whose caller got no proper response", () => {
  it("dropAfterCommit ends the connection", async () => {
    const { admin } = await openFaulty({ kind: "dropAfterCommit" });

    await expect(admin.create("a")).rejects.toThrow("fetch failed");

    expect(await admin.names()).toEqual(["a"]);
  });

  it("statusAfterCommit returns an error", async () => {
    const { admin } = await openFaulty({ kind: "statusAfterCommit", status: 500, body: "html" });

    expect(await admin.create("a")).toMatchObject({ status: 500, text: expect.stringContaining("<html>") });
    expect(await admin.names()).toEqual(["a"]);
  });

  it("truncatedBody ends the connection halfway through the response", async () => {
    const { admin } = await openFaulty({ kind: "truncatedBody" });

    const response = await admin.fetch("POST", "/api-keys", { name: "a", type: "private" });

    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow("terminated");
    expect(await admin.names()).toEqual(["a"]);
  });

  it("valueMissing omits only the value", async () => {
    const { admin } = await openFaulty({ kind: "valueMissing" });

    const { status, body } = await admin.create("a");

    expect(status).toBe(200);
    expect(body.data).toMatchObject({ name: "a", type: "private", status: "active" });
    expect(body.data).not.toHaveProperty("key");
    expect(await admin.names()).toEqual(["a"]);
  });

  it("wrongName returns a name that was not posted", async () => {
    const { admin } = await openFaulty({ kind: "wrongName" });

    const { body } = await admin.create("a");

    expect(body.data).toMatchObject({ name: "a (renamed)", key: expect.stringMatching(/^[0-9a-f]{108}$/) });
    expect(await admin.names()).toEqual(["a"]);
  });

  it("oversizedBody adds the given number of bytes", async () => {
    const { admin } = await openFaulty({ kind: "oversizedBody", bytes: 2_000_000 });

    const { text, body } = await admin.create("a");

    expect(text.length).toBeGreaterThan(2_000_000);
    expect(body.data.name).toBe("a");
    expect(await admin.names()).toEqual(["a"]);
  });

  it("html200 returns a page", async () => {
    const { admin } = await openFaulty({ kind: "html200" });

    expect(await admin.create("a")).toMatchObject({ status: 200, text: expect.stringContaining("<html>") });
    expect(await admin.names()).toEqual(["a"]);
  });
});
