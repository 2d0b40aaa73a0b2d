import { useFixture } from "../e2e/harness/fixture";
import { YES } from "./answers";
import { Reader } from "./reader";

const given = useFixture();

test("the guide's command for a leak makes a new key and revokes the old one", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    stack: "prod",
    program:
      'new payengine.ApiKey("checkout", { type: "private", rotation: { period: "90d", overlap: "7d", triggers: { leak: 0 } } });',
  });
  await project.up();
  const leaked = await project.key("checkout");
  const reader = await Reader.open(project, "docs/rotation.md", { section: "A key has leaked" });
  try {
    await reader.follow("pulumi up --replace 'urn:pulumi:prod::shop::", YES);
    expect(await reader.enter("pulumi stack --show-urns")).toContain(leaked.urn);
    expect(reader.unread).toEqual([]);
  } finally {
    await reader.close();
  }
  expect(await fixture.authenticates(leaked.token ?? "")).toBe(false);
  expect((await project.key("checkout")).keyId).not.toBe(leaked.keyId);
});
