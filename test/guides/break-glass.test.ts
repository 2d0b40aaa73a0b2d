import { useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";
import { YES } from "./answers";
import { Reader } from "./reader";

const given = useFixture();

const GUIDE = "docs/break-glass.md";
const SURE = { when: /\(y\/N\)|Are you sure|confirm|proceed/i, type: "yes" };

function projectWithKey(): Promise<Project> {
  return given.fixture.project({
    stack: "prod",
    program:
      'exports.token = new payengine.ApiKey("checkout", { type: "private", rotation: { period: "90d", overlap: "7d" } }, { protect: true }).token;',
  });
}

test("a protected key that leaked is replaced as the guide says, and is protected again", async () => {
  const { fixture } = given;
  const project = await projectWithKey();
  await project.up();
  const leaked = await project.key("checkout");
  const refused = await project.fails("up", "--skip-preview", "--replace", leaked.urn);
  expect(refused.stdout).toContain("marked for protection");
  const reader = await Reader.open(project, GUIDE, { section: "A key leaked" });
  try {
    expect(await reader.follow("pulumi stack --show-urns")).toContain(leaked.urn);
    await reader.follow("pulumi state unprotect", SURE);
    await reader.follow("pulumi up --replace", YES);
    await reader.follow("npx pulumi-payengine audit --all-stacks");
    expect(reader.unread).toEqual([]);
  } finally {
    await reader.close();
  }
  expect(await fixture.authenticates(leaked.token ?? "")).toBe(false);
  expect((await project.key("checkout")).keyId).not.toBe(leaked.keyId);
  expect((await project.fails("destroy", "--skip-preview")).stdout).toContain("because it is protected");
});

test("a key that was revoked in the dashboard is made anew as the guide says", async () => {
  const { fixture } = given;
  const project = await projectWithKey();
  await project.up();
  const leaked = await project.key("checkout");
  expect(leaked.name).toMatch(/^shop-prod-checkout-/);
  await fixture.control.revokeKey(String(leaked.keyId));
  await fixture.advanceTo(61_000);
  const reader = await Reader.open(project, GUIDE, { section: "You have only the dashboard" });
  try {
    await reader.follow("pulumi up --refresh", YES);
    expect(reader.unread).toEqual([]);
  } finally {
    await reader.close();
  }
  expect((await project.key("checkout")).keyId).not.toBe(leaked.keyId);
});
