import { MERCHANT_IDS } from "../src";
import { openSandbox, SandboxClient } from "./sandbox-client";

describe("which calls a fault hits", () => {
  const unavailable = { kind: "statusBeforeCommit", status: 503 } as const;

  it("only calls of its operation", async () => {
    const { admin, control } = await openSandbox();
    const { id } = (await admin.create("a")).body.data;
    const calls = {
      createKey: () => admin.create("b"),
      listKeys: () => admin.list(),
      getKey: () => admin.get(id),
      revokeKey: () => admin.revoke(id),
      merchant: () => admin.merchant(),
      getMerchant: () => admin.getMerchant(MERCHANT_IDS.sandbox[0]),
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

  it("one by default, or a given number, or all", async () => {
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

  it("after the calls that it lets pass, and one fault after another", async () => {
    const { admin, control } = await openSandbox();
    await control.addFault({ operation: "merchant", skip: 1, ...unavailable });
    await control.addFault({ operation: "merchant", skip: 1, kind: "statusBeforeCommit", status: 502 });
    const statuses = [];
    for (let call = 0; call < 4; call++) statuses.push((await admin.merchant()).status);

    expect(statuses).toEqual([200, 503, 502, 200]);
  });

  it("only calls about the named key", async () => {
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
    expect((await Promise.all(yours)).map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
  });

  it("no call that is rejected or fails anyway", async () => {
    const { admin, control } = await openSandbox();
    await control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
    await control.setDialect({ keyQuota: 0 });

    expect((await admin.create("")).status).toBe(422);
    expect((await admin.create("a")).status).toBe(422);
    expect((await control.faults()).map((fault) => fault.hits)).toEqual([0]);

    await control.setDialect({});
    await expect(admin.create("a")).rejects.toThrow("fetch failed");
    expect((await control.faults()).map((fault) => fault.hits)).toEqual([1]);
  });

  it("none once cleared", async () => {
    const { admin, control } = await openSandbox();
    await control.addFault({ operation: "createKey", kind: "dropBeforeCommit" });
    await control.clearFaults();

    expect((await admin.create("a")).status).toBe(200);
    expect(await control.faults()).toEqual([]);
  });

  describe("of the operation any", () => {
    it("every call, including rejected ones", async () => {
      const { sandbox, admin, control } = await openSandbox();
      await control.addFault({
        operation: "any",
        kind: "statusBeforeCommit",
        status: 401,
        message: "E121: Invalid API key",
        times: "always",
      });
      const stranger = new SandboxClient(sandbox.url, "unknown");

      const answers = [
        await admin.create("a"),
        await admin.list(),
        await admin.merchant(),
        await admin.send("GET", "/nowhere"),
        await stranger.merchant(),
      ];

      for (const answer of answers) {
        expect(answer).toMatchObject({
          status: 401,
          body: { error: true, message: "E121: Invalid API key" },
        });
      }
      await control.clearFaults();
      expect(await admin.names()).toEqual([]);
    });

    it("once by default, and after the commit if its kind says so", async () => {
      const { sandbox, admin, control } = await openSandbox();
      await control.addFault({ operation: "any", kind: "html200" });
      expect((await admin.create("a")).text).toContain("<html>");
      expect(await admin.names()).toEqual(["a"]);

      await control.addFault({ operation: "any", kind: "html200" });
      expect((await new SandboxClient(sandbox.url, "unknown").merchant()).status).toBe(200);
    });

    it("with a key's name only the calls about that key", async () => {
      const { admin, control } = await openSandbox();
      await control.addFault({ operation: "any", keyName: "mine", times: "always", ...unavailable });

      expect((await admin.create("mine")).status).toBe(503);
      expect((await admin.create("yours")).status).toBe(200);
      expect((await admin.list("?q=mine")).status).toBe(503);
      expect((await admin.merchant()).status).toBe(200);
    });
  });
});
