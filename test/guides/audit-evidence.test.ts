import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { useFixture } from "../e2e/harness/fixture";
import { unasked } from "./answers";
import { Reader } from "./reader";

const given = useFixture();

const program = (round: number) => `import * as payengine from "pulumi-payengine";
const rotation = { period: "90d", overlap: "7d", triggers: { round: ${round} } };
export const token = new payengine.ApiKey("checkout", { type: "private", rotation }).token;
`;

/** The names of all fields, as paths; those of a list's entries together. */
function fieldsOf(value: unknown, at = ""): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((it) => fieldsOf(it, `${at}[]`)))].sort();
  if (typeof value !== "object" || value === null) return [at];
  return Object.entries(value)
    .flatMap(([name, field]) => fieldsOf(field, `${at}/${name}`))
    .sort();
}

test("the commands of the guide to evidence print the fields that it shows", async () => {
  const { fixture } = given;
  const manifest = JSON.stringify({ name: "shop", private: true, main: "index.ts" });
  const project = await fixture.project({
    files: { "index.ts": program(1), "package.json": manifest },
    stack: "prod",
  });
  await project.up();
  await project.write({ "index.ts": program(2) });
  const git = "git -c user.name='Dana Smith' -c user.email=dana@example.com";
  const reader = await Reader.open(project, "docs/audit-evidence.md");
  /** Runs the next command, and gives what it has written and what the guide shows of that. */
  const answer = async (begins: string) => {
    const [, path = ""] = />\s*(\S+\.json)/.exec(reader.unread[0]?.text ?? "") ?? [];
    await reader.follow(begins);
    const [shown] = reader.unread.splice(0, 1);
    expect(shown?.language).toBe("json");
    const written = JSON.parse(await readFile(join(project.folder, path), "utf8"));
    return { written, shown: JSON.parse(shown?.text ?? "") };
  };
  try {
    await reader.enter(`git init -q . && git add Pulumi.yaml && ${git} commit -qm 'Rotate the checkout key'`);
    await reader.enter("pulumi up --yes --skip-preview --message 'Quarterly rotation'");
    const { keyId, previousKeyId, token = "" } = await project.key("checkout");

    const audit = await answer("npx pulumi-payengine audit --all-stacks --max-age 90d --json");
    expect(fieldsOf(audit.written)).toEqual(fieldsOf(audit.shown));
    expect(audit.written.keys.map((key: { keyId: string }) => key.keyId).sort()).toEqual(
      [keyId, previousKeyId].sort(),
    );
    const orphans = await answer("npx pulumi-payengine orphans --json");
    expect(fieldsOf(orphans.written)).toEqual(fieldsOf(orphans.shown));
    const due = await answer("npx pulumi-payengine due --all-stacks --json");
    expect(fieldsOf(due.written)).toEqual(fieldsOf(due.shown));
    const keys = await answer("pulumi stack export | jq");
    expect(fieldsOf(keys.written)).toEqual(fieldsOf(keys.shown));
    expect(Object.values(keys.written)).not.toContain(null);
    expect(keys.written).toMatchObject({ keyId, previousKeyId, generation: 2 });
    const history = await answer("pulumi stack history --json");
    expect(fieldsOf(history.written)).toEqual(expect.arrayContaining(fieldsOf(history.shown)));
    expect(history.written[0]).toMatchObject({
      message: "Quarterly rotation",
      environment: { "git.author": "Dana Smith" },
      resourceChanges: { same: 1, update: 1 },
    });
    const provider = await answer("pulumi stack export | jq .deployment.secrets_providers.type");
    expect(provider.written).toBe(provider.shown);
    expect(await reader.follow("read -rs VALUE", unasked(token))).toContain(keys.written.fingerprint);
    // test/examples/policy-pack.test.ts runs the policy pack.
    expect(reader.unread.map(({ text }) => text)).toEqual(["pulumi preview --policy-pack ../policy-pack\n"]);
  } finally {
    await reader.close();
  }
});
