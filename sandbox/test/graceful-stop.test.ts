import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { eventually, openSandbox, SandboxClient } from "./sandbox-client";
import { temporaryFolder } from "./temporary-folder";

/** A sandbox on a file, with a running create call that commits after `delayMs`. */
async function openWithCallUnderWay(db: string, delayMs: number, graceMs?: number) {
  const open = await openSandbox({ db, graceMs });
  await open.control.addFault({ operation: "createKey", kind: "delay", beforeCommitMs: delayMs });
  const caller = new AbortController();
  const call = open.admin.fetch("POST", "/api-keys", { name: "slow", type: "private" }, caller.signal);
  const outcome = call.then(
    (response) => response.status,
    (error: Error) => error.message,
  );
  await eventually(async () => (await open.control.faults()).find((fault) => fault.hits === 1));
  return { ...open, caller, outcome };
}

async function namesKept(db: string, key: string): Promise<string[]> {
  const { sandbox } = await openSandbox({ db });
  return new SandboxClient(sandbox.url, key).names();
}

describe("close", () => {
  it("finishes a running call, and then stops responding", async () => {
    const db = join(temporaryFolder(), "keys.db");
    const { sandbox, admin, outcome } = await openWithCallUnderWay(db, 200, 600_000);

    await sandbox.close();

    expect(await outcome).toBe(200);
    await expect(admin.merchant()).rejects.toThrow("fetch failed");
    expect(await namesKept(db, admin.key)).toEqual(["slow"]);
  });

  it("finishes a call whose caller has gone away", async () => {
    const db = join(temporaryFolder(), "keys.db");
    const { sandbox, control, admin, caller, outcome } = await openWithCallUnderWay(db, 2_000, 600_000);
    caller.abort();
    await eventually(async () => (await control.requests()).find((entry) => entry.answered === "dropped"));

    await sandbox.close();

    expect(await outcome).toBe("This operation was aborted");
    expect(await namesKept(db, admin.key)).toEqual(["slow"]);
  });

  it("aborts a call that takes longer than the grace period, before it commits", async () => {
    const db = join(temporaryFolder(), "keys.db");
    const { sandbox, admin, outcome } = await openWithCallUnderWay(db, 600_000, 10);

    await sandbox.close();

    expect(await outcome).toBe("fetch failed");
    expect(await namesKept(db, admin.key)).toEqual([]);
  });

  it("handles a call that arrives during the stop completely or not at all", async () => {
    const db = join(temporaryFolder(), "keys.db");
    const { sandbox, admin } = await openWithCallUnderWay(db, 2_000, 600_000);
    const socket = connect(Number(new URL(sandbox.url).port), "127.0.0.1");
    await once(socket, "connect");
    socket.write("GET /api/merchant HTTP/1.1\r\nhost: localhost\r\n");

    const closed = sandbox.close();
    socket.write(`authorization: Basic ${admin.key}\r\n\r\n`);

    // From Node 26 on, a connection without a complete request is closed as idle.
    const answer = await text(socket).catch((error: NodeJS.ErrnoException) => error.code);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n.*{"data":\[{"id":"|^ECONNRESET$/s);
    await closed;
  });

  it("may be called twice", async () => {
    const { sandbox } = await openSandbox();

    await expect(Promise.all([sandbox.close(), sandbox.close()])).resolves.toEqual([undefined, undefined]);
  });
});
