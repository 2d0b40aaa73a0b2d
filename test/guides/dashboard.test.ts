import { randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import { useFixture } from "../e2e/harness/fixture";
import { pasted, unasked, YES } from "./answers";
import { NewUser, PASSPHRASE } from "./new-user";

const given = useFixture();

const EIGHT_DAYS_MS = 8 * 24 * 3_600_000;

/** A key from "Create API Key" in the dashboard, which can be revoked there. */
async function fromDashboard(name: string) {
  const { fixture } = given;
  const [id, value] = [randomUUID(), randomBytes(54).toString("hex")];
  fixture.secrets.add(value);
  await fixture.control.addKey("sandbox", {
    ...{ id, name, value, type: "private", createdAt: new Date().toISOString() },
  });
  return { value, revoke: () => fixture.control.revokeKey(id) };
}

test("the dashboard guide leads from an empty folder through a rotation to the end", async () => {
  const { fixture } = given;
  await fixture.control.setDialect({ manageKeys: "consoleOnly" });
  const { reader, leave } = await NewUser.reading(fixture, "docs/dashboard.md");
  const credential = await fixture.newCredential("sandbox", "Developer");
  const output = (name: string) => reader.enter(`pulumi stack output ${name} --show-secrets`);
  try {
    await reader.follow("mkdir shop");
    await reader.follow("name: shop");
    await reader.follow("read -rs PULUMI_CONFIG_PASSPHRASE", unasked(PASSPHRASE));
    await reader.follow("pulumi config set payengine:apiUrl https://console.payengine.dev/api");
    await reader.follow("pulumi config set --secret payengine:apiKey", pasted(credential.key));

    // This message sends readers of docs/getting-started.md here.
    await expect(reader.enter("npx pulumi-payengine doctor")).rejects.toThrow(
      /only people who are signed in to the console can manage keys.*docs\/dashboard\.md/s,
    );
    await fixture.control.clearRequests();
    await reader.follow("pulumi config set payengine:contract dashboard");
    const seen = await reader.follow("npx pulumi-payengine doctor");
    expect(seen).toContain("\n0 failed, 0 warnings, ");
    const [pin = ""] = /pulumi config set payengine:accountId [\w-]+/.exec(seen) ?? [];
    await reader.enter(pin);

    const first = await fromDashboard("checkout-1");
    await reader.follow("pulumi config set --secret checkoutKey", pasted(first.value));
    await reader.follow("import * as pulumi");
    expect(await reader.follow("pulumi up", YES)).toContain(first.value);

    const second = await fromDashboard("checkout-2");
    await reader.follow("pulumi config set --secret checkoutKey", pasted(second.value));
    await reader.follow("pulumi up", YES);
    expect(await output("privateKey")).toContain(second.value);
    expect(await output("previousKey")).toContain(first.value);
    expect(await fixture.authenticates(first.value)).toBe(true);

    const preload = join(__dirname, "../plugin-preload.cjs");
    await fixture.control.advanceClock(EIGHT_DAYS_MS);
    await reader.enter(`export NODE_OPTIONS='--require ${preload}' PAYENGINE_TEST_LATER_MS=${EIGHT_DAYS_MS}`);
    const shown = `${first.value.slice(0, 4)}…${first.value.slice(-4)}`;
    await expect(reader.enter("pulumi up", YES)).rejects.toThrow(
      `(${shown}) still works, although its overlap ended at`,
    );
    await first.revoke();
    await reader.follow("pulumi up", YES);
    await reader.enter("unset NODE_OPTIONS PAYENGINE_TEST_LATER_MS");
    expect(await output("privateKey")).toContain(second.value);
    await expect(output("previousKey")).rejects.toThrow("previousKey");

    await expect(reader.enter("pulumi destroy", YES)).rejects.toThrow(
      "still works, and Pulumi cannot revoke it",
    );
    await second.revoke();
    await reader.follow("pulumi destroy", YES);
    expect(reader.unread).toEqual([]);
  } finally {
    await leave();
  }
  const operations = (await fixture.control.requests()).map(({ operation }) => operation);
  expect([...new Set(operations)]).toEqual(["merchant"]);
});
