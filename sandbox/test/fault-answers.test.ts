import { request } from "node:http";
import type { FaultInput } from "../src";
import { openSandbox, type SandboxClient } from "./sandbox-client";

describe("a fault that changes the response", () => {
  it.each([
    ["stars", (key: string) => `****${key.slice(-4)}`],
    ["dots", (key: string) => `${key.slice(0, 4)}…${key.slice(-4)}`],
    ["redacted", (_key: string, redacted: string) => redacted],
    ["short", (key: string) => key.slice(0, 8)],
  ] as const)("maskedValue with %s has a masked form in place of the value", async (form, masked) => {
    const { admin, control } = await openSandbox();
    const { id, key = "", redacted_key } = (await admin.create("a", "public")).body.data;
    await control.addFault({ operation: "getKey", kind: "maskedValue", form });

    expect((await admin.get(id)).body.data.key).toBe(masked(key, redacted_key));
  });

  it("maskedValue also masks the value in a reveal, after the commit", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ reveal: "byCall", fields: { value: "secret" } });
    await control.addFault({ operation: "revealKey", kind: "maskedValue", form: "stars" });
    const { id } = (await admin.create("a")).body.data;
    const reveal = () => admin.send("POST", `/api-keys/${id}/reveal`);

    expect((await reveal()).body).toEqual({
      data: { id, secret: expect.stringMatching(/^\*{4}[0-9a-f]{4}$/) },
    });
    expect((await reveal()).status).toBe(400);
  });

  it("idMissing omits only the ID", async () => {
    const { admin, control } = await openSandbox();
    await control.addFault({ operation: "createKey", kind: "idMissing" });

    const { data } = (await admin.create("a")).body;

    expect(data).toMatchObject({ name: "a", key: expect.any(String) });
    expect(data).not.toHaveProperty("id");
    expect(await admin.names()).toEqual(["a"]);
  });

  it("unreadable is 200 with other JSON", async () => {
    const { admin, control } = await openSandbox();
    await control.addFault({ operation: "createKey", kind: "unreadable" });

    expect(await admin.create("a")).toMatchObject({ status: 200, text: '{"ok":true}' });
    expect(await admin.names()).toEqual(["a"]);
  });

  it("partial206 declares more bytes than it sends", async () => {
    const { admin, control } = await openSandbox();
    await control.addFault({ operation: "createKey", kind: "partial206" });

    const { status, announced, body, complete } = await rawCreate(admin);

    expect(status).toBe(206);
    expect(JSON.parse(body)).toMatchObject({ data: { name: "a" } });
    expect(Number(announced)).toBeGreaterThan(Buffer.byteLength(body));
    expect(complete).toBe(false);
    expect(await admin.names()).toEqual(["a"]);
  });

  it.each([
    [102, undefined],
    [103, "</assets/console.css>; rel=preload; as=style"],
  ] as const)("informational sends %i and then the answer, even another fault's", async (status, link) => {
    const { admin, control } = await openSandbox();
    await control.addFault({ operation: "createKey", kind: "informational", status, times: 2 });

    const plain = await rawCreate(admin);
    await control.addFault({ operation: "createKey", kind: "statusAfterCommit", status: 503 });
    const failing = await rawCreate(admin);

    expect(plain).toMatchObject({ informational: [{ status, link }], status: 200 });
    expect(failing).toMatchObject({ informational: [{ status, link }], status: 503 });
  });

  it("informational is 103 by default", async () => {
    const { admin, control } = await openSandbox();

    expect(await control.addFault({ operation: "any", kind: "informational" })).toMatchObject({
      status: 103,
    });
    expect((await rawCreate(admin)).informational).toHaveLength(1);
  });

  it.each([
    ["contract", { error: true, message: "Come back later" }],
    ["success", { success: false, message: "Come back later" }],
    ["json", { status: 200, reason: "Come back later" }],
  ] as const)(
    "statusAfterCommit may be 200, with a body of the kind %s and a message",
    async (body, expected) => {
      const { admin, control } = await openSandbox();
      const fault: FaultInput = { operation: "createKey", kind: "statusAfterCommit", status: 200, body };
      await control.addFault({ ...fault, message: "Come back later" });

      const answer = await admin.create("a");

      expect([answer.status, answer.body]).toEqual([200, expected]);
      expect(await admin.names()).toEqual(["a"]);
    },
  );

  it("statusBeforeCommit puts the message into a page, and follows the dialect's error format", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ failure: "success" });
    const fault = { operation: "createKey", kind: "statusBeforeCommit", status: 503 } as const;
    await control.addFault({ ...fault, body: "html", message: "Down for maintenance" });
    await control.addFault({ ...fault, message: "Down for maintenance" });

    expect((await admin.create("a")).text).toContain("<h1>Down for maintenance</h1>");
    expect((await admin.create("a")).body).toEqual({ success: false, message: "Down for maintenance" });
  });

  it("valueMissing, wrongName and idMissing follow the dialect's field names", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ fields: { id: "key_id", name: "label", value: "secret" } });
    const create = async (kind: "valueMissing" | "wrongName" | "idMissing") => {
      await control.addFault({ operation: "createKey", kind });
      const body = { label: "a", type: "private" };
      return (await admin.send<{ data: object }>("POST", "/api-keys", body)).body.data;
    };

    expect(await create("valueMissing")).not.toHaveProperty("secret");
    expect(await create("wrongName")).toMatchObject({ label: "a (renamed)" });
    expect(await create("idMissing")).not.toHaveProperty("key_id");
  });
});

/** A creation through Node's own client, which shows informational and incomplete responses. */
function rawCreate({ url, key }: SandboxClient) {
  return new Promise<{
    informational: { status: number; link: unknown }[];
    status: number | undefined;
    announced: string | undefined;
    body: string;
    complete: boolean;
  }>((resolve, reject) => {
    const informational: { status: number; link: unknown }[] = [];
    const headers = { authorization: `Basic ${key}`, "content-type": "application/json" };
    const call = request(`${url}/api-keys`, { method: "POST", headers, agent: false });
    call.on("information", ({ statusCode, headers: { link } }) => {
      informational.push({ status: statusCode, link });
    });
    call.on("error", reject);
    call.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      // A truncated response is an error; the test needs the part that arrived.
      response.on("error", () => {});
      response.on("close", () => {
        const { statusCode: status, headers: answered, complete } = response;
        resolve({ informational, status, announced: answered["content-length"], body, complete });
      });
    });
    call.end(JSON.stringify({ name: "a", type: "private" }));
  });
}
