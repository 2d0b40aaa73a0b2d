import { useFixture } from "../e2e/harness/fixture";
import { YES } from "./answers";
import { Reader } from "./reader";

const given = useFixture();

const CTRL_D = String.fromCharCode(4);
/** Pasted once the command says that it does not show the input. */
const paste = (type: string) => ({ when: /Your input is not shown/, type: `${type}${CTRL_D}` });

test("from a leaked line of a log to a new key in service, as the guide says", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    stack: "prod",
    program: `exports.token = new payengine.ApiKey("checkout", { type: "private" }).token;`,
  });
  await project.up();
  const leaked = await project.key("checkout");
  const line = `2026-11-27 GET /merchant {"authorization":"Basic ${leaked.token}"}`;
  const reader = await Reader.open(project, "docs/leaked-key.md", { exitCodes: [0, 2] });
  try {
    const found = await reader.follow("npx pulumi-payengine whose", paste(line));
    expect(found).toContain("exact");
    const [shown] = reader.unread.splice(0, 1);
    const [command = ""] = /pulumi up --stack .*/.exec(shown?.text ?? "") ?? [];
    expect(found).toContain(`  ${command}\r\n`);
    expect(reader.unread[0]?.text).toBe(`${command}\n`);
    await reader.follow("pulumi up --stack prod --replace", YES);
    expect(await reader.follow("npx pulumi-payengine whose", paste(line))).toContain("Not in these stacks");
    expect(await reader.follow("npx pulumi-payengine audit --all-stacks")).toContain(
      "Keys of prod: 1 managed",
    );
    expect([reader.unread, reader.commands]).toEqual([[], 4]);
  } finally {
    await reader.close();
  }
  expect(await fixture.authenticates(leaked.token ?? "")).toBe(false);
  expect((await project.key("checkout")).keyId).not.toBe(leaked.keyId);
});

test("Ctrl-C stops before anything is compared, and a redacted form is enough to find a key", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
  });
  await project.up();
  const { token = "" } = await project.key("checkout");
  const reader = await Reader.open(project, "docs/leaked-key.md", { exitCodes: [1, 2] });
  try {
    const prompt = /Your input is not shown/;
    const ctrlC = { when: prompt, type: `${token}${String.fromCharCode(3)}` };
    expect(await reader.enter("npx pulumi-payengine whose", ctrlC)).toContain(
      "Stopped. Nothing was compared.",
    );
    const form = `${token.slice(0, 4)}…${token.slice(-4)}`;
    expect(await reader.enter("npx pulumi-payengine whose", paste(form))).toContain("possible");
    expect(await reader.enter("npx pulumi-payengine whose", paste(""))).toContain("Standard input is empty");
  } finally {
    await reader.close();
  }
});
