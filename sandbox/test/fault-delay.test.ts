import { eventually, openSandbox } from "./sandbox-client";

describe("delay", () => {
  it("commits after the wait, which a test may end, even if the caller has gone away", async () => {
    const { admin, control } = await openSandbox();
    await control.addFault({ operation: "createKey", kind: "delay", beforeCommitMs: 600_000 });
    const caller = new AbortController();
    const call = admin.fetch("POST", "/api-keys", { name: "late", type: "private" }, caller.signal);
    await eventually(async () => (await control.faults()).find((fault) => fault.hits === 1));
    caller.abort();
    await expect(call).rejects.toThrow("aborted");
    await eventually(async () => (await control.requests()).find((entry) => entry.answered === "dropped"));
    expect(await admin.names()).toEqual([]);

    await control.release();
    expect(await eventually(async () => (await admin.names())[0])).toBe("late");
  });

  it("delays the response after the commit", async () => {
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

  it("combines with another fault", async () => {
    const { admin, control } = await openSandbox();
    await control.addFault({ operation: "createKey", kind: "delay", beforeCommitMs: 1 });
    await control.addFault({ operation: "createKey", kind: "dropAfterCommit" });

    await expect(admin.create("a")).rejects.toThrow("fetch failed");

    expect((await control.faults()).map((fault) => fault.hits)).toEqual([1, 1]);
  });
});
