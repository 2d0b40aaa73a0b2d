import { ACCOUNT_IDS, MERCHANT_IDS } from "../src";
import { openSandbox, SandboxClient } from "./sandbox-client";

describe("merchants", () => {
  it("are two in each account, newest first, in pages, without the account ID", async () => {
    const { admin } = await openSandbox();
    const [first, second] = MERCHANT_IDS.sandbox;

    const { body, text } = await admin.merchant();

    expect(body).toEqual({
      data: [second, first].map((id, index) => ({
        id,
        name: `sandbox merchant ${2 - index}`,
        email: `sandbox-merchant-${2 - index}@example.com`,
        status: "active",
        created_at: expect.stringMatching(/Z$/),
        updated_at: expect.stringMatching(/Z$/),
        mid: expect.stringMatching(/^\d{12}$/),
      })),
    });
    expect(text).not.toContain(ACCOUNT_IDS.sandbox);
    expect((await admin.merchant("?size=1&page=2")).body.data).toMatchObject([{ id: first }]);
    expect((await admin.merchant("?page=3")).body.data).toEqual([]);
    expect((await admin.merchant("?size=0")).status).toBe(422);
  });

  it("can be requested one by one, only by their own account", async () => {
    const { sandbox, control, admin } = await openSandbox();
    const [id] = MERCHANT_IDS.sandbox;
    const production = new SandboxClient(
      sandbox.url,
      (await control.newCredential("production", "Admin")).key,
    );

    const listed = (await admin.merchant()).body.data.find((merchant) => merchant.id === id);
    expect(await admin.getMerchant(id)).toMatchObject({ status: 200 });
    expect((await admin.getMerchant(id)).body).toEqual({ data: listed });
    for (const answer of [await production.getMerchant(id), await admin.getMerchant("none")]) {
      expect(answer).toMatchObject({
        status: 404,
        body: { error: true, message: "E110: Merchant not found" },
      });
    }
  });

  it("are added and change status through the control interface", async () => {
    const { control, admin } = await openSandbox();

    const added = await control.addMerchant("sandbox", { name: "Corner shop", status: "pending" });
    await control.advanceClock(60_000);
    await control.setMerchantStatus(added.id, "inactive");

    const { data } = (await admin.getMerchant(added.id)).body;
    expect(data).toMatchObject({ name: "Corner shop", status: "inactive" });
    expect(Date.parse(data.updated_at) - Date.parse(data.created_at)).toBeGreaterThanOrEqual(60_000);
    expect((await admin.merchant()).body.data[0]?.id).toBe(added.id);
    expect((await control.merchants()).map(({ id, accountId }) => [id, accountId])).toEqual([
      [added.id, ACCOUNT_IDS.sandbox],
      [MERCHANT_IDS.production[1], ACCOUNT_IDS.production],
      [MERCHANT_IDS.production[0], ACCOUNT_IDS.production],
      [MERCHANT_IDS.sandbox[1], ACCOUNT_IDS.sandbox],
      [MERCHANT_IDS.sandbox[0], ACCOUNT_IDS.sandbox],
    ]);
    await expect(control.setMerchantStatus("none", "active")).rejects.toThrow(
      "POST /merchants/none returned 404: No merchant none",
    );
  });
});
