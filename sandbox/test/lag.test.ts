import { seededUserId } from "../src";
import { openSandbox, SandboxClient } from "./sandbox-client";

const minute = 60_000;
const credentialName = `credential of ${seededUserId("sandbox", "Admin")}`;

describe("lag", () => {
  it("listMs omits young keys from lists, but not credentials", async () => {
    const { admin, control } = await openSandbox();
    await control.setLag({ listMs: minute });
    const { id } = (await admin.create("young")).body.data;

    expect((await admin.list()).body.data).toMatchObject([{ name: credentialName }]);
    expect((await admin.get(id)).status).toBe(200);

    await control.advanceClock(minute);
    expect(await admin.names()).toEqual(["young"]);
  });

  it("getMs returns 404 for young keys", async () => {
    const { admin, control } = await openSandbox();
    await control.setLag({ getMs: minute });
    const { id } = (await admin.create("young")).body.data;

    expect(await admin.get(id)).toMatchObject({
      status: 404,
      body: { error: true, message: "API key not found" },
    });
    expect(await admin.names()).toEqual(["young"]);

    await control.advanceClock(minute);
    expect((await admin.get(id)).status).toBe(200);
  });

  it("newKeyUnusableMs returns 401 for calls with a young key", async () => {
    const { sandbox, admin, control } = await openSandbox();
    await control.setLag({ newKeyUnusableMs: minute });
    const young = new SandboxClient(sandbox.url, (await admin.create("young")).body.data.key ?? "");

    expect(await young.merchant()).toMatchObject({ status: 401, body: { error: true } });

    await control.advanceClock(minute);
    expect((await young.merchant()).status).toBe(200);
  });

  it("ends when it is set to nothing", async () => {
    const { admin, control } = await openSandbox();
    await control.setLag({ listMs: minute });
    await admin.create("young");
    await control.setLag({});

    expect(await admin.names()).toEqual(["young"]);
  });
});

describe("the clock", () => {
  it("advances for everything created and used afterwards", async () => {
    const { admin, control } = await openSandbox();
    const before = (await admin.create("before")).body.data;

    const now = await control.advanceClock(90 * 24 * 60 * minute);
    const after = (await admin.create("after")).body.data;

    const days = (Date.parse(after.created_at) - Date.parse(before.created_at)) / (24 * 60 * minute);
    expect(Math.floor(days)).toBe(90);
    expect(Date.parse(after.created_at)).toBeGreaterThanOrEqual(now.getTime());
    const [own] = (await admin.list("?q=credential")).body.data;
    expect(Date.parse(own?.last_used_at ?? "")).toBeGreaterThanOrEqual(now.getTime());
  });

  it("dates every response, including rejections and truncated ones", async () => {
    const { sandbox, admin, control } = await openSandbox();
    const now = await control.advanceClock(90 * 24 * 60 * minute);
    await control.addFault({ operation: "getKey", kind: "truncatedBody" });
    const { id } = (await admin.create("a")).body.data;

    const answers = [
      await admin.fetch("GET", "/merchant"),
      await admin.fetch("GET", "/nowhere"),
      await admin.fetch("GET", `/api-keys/${id}`),
      await fetch(`${sandbox.url}/merchant`),
    ];

    for (const { headers } of answers) {
      expect(Date.parse(headers.get("date") ?? "")).toBeGreaterThanOrEqual(now.getTime() - 1_000);
    }
  });
});
