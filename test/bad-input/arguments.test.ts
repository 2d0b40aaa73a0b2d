import { startingWith } from "../abridged";
import { diagnosticsOf } from "../e2e/harness/diagnostics";
import { commonJs, useFixture } from "../e2e/harness/fixture";

const given = useFixture();

const PROBLEM = (name: string) =>
  `error: pulumi-nodejs:dynamic/payengine:ApiKey resource '${name}' has a problem: `;

const wrong: Record<string, [args: string, ...messages: string[]]> = {
  missing: [`{}`, "type is missing"],
  "no-arguments": [`undefined`, "type is missing"],
  empty: [`{ type: "" }`, "type is empty"],
  neither: [`{ type: "admin" }`, "type is a string, but neither"],
  number: [`{ type: 7 }`, "type is a number"],
  control: [`{ type: "private", namePrefix: "a\\nb" }`, "namePrefix contains control characters"],
  "empty-prefix": [`{ type: "private", namePrefix: "" }`, "namePrefix is empty"],
  "long-prefix": [`{ type: "private", namePrefix: "x".repeat(109) }`, "namePrefix has 109 characters"],
  "number-prefix": [`{ type: "private", namePrefix: 7 }`, "namePrefix is a number"],
  unknown: [`{ type: "private", colour: "red" }`, "colour is not an argument of ApiKey"],
  several: [
    `{ type: "none", namePrefix: "", colour: "red" }`,
    "type is a string, but neither",
    "namePrefix is empty",
    "colour is not an argument of ApiKey",
  ],
  ["long".repeat(30)]: [`{ type: "private" }`, "namePrefix defaults to <project>-<stack>-<resource>"],
};

test("each invalid argument causes its own message in the preview, and nothing is created", async () => {
  const { fixture } = given;
  const project = await fixture.project({});
  // A refused resource ends the program, so each case has its own program.
  for (const [name, [args, ...messages]] of Object.entries(wrong)) {
    await project.write({ "index.js": commonJs(`new payengine.ApiKey(${JSON.stringify(name)}, ${args});`) });
    const failed = await project.fails("preview");
    expect(diagnosticsOf(failed)).toEqual({
      [name]: messages.map((message) => startingWith(PROBLEM(name) + message)),
    });
  }
  const refused = await project.fails("up", "--skip-preview");
  expect(Object.keys(diagnosticsOf(refused))).toEqual([Object.keys(wrong).at(-1)]);
  expect(await fixture.control.requests()).toEqual([]);
});

test.each([
  [
    "an Output as type",
    `new payengine.ApiKey("checkout", { type: pulumi.output("private") });`,
    'error: ApiKey "checkout": type is an Output or Promise;',
  ],
  [
    "the import option",
    `new payengine.ApiKey("checkout", { type: "private" }, { import: "3f6c1e84" });`,
    'error: ApiKey "checkout" cannot be imported: ',
  ],
  [
    "ApiKey.get",
    `payengine.ApiKey.get("checkout", "3f6c1e84");`,
    'error: ApiKey "checkout" cannot be imported: ',
  ],
])("%s fails the program without a stack trace before anything is created", async (_, line, message) => {
  const project = await given.fixture.project({ program: line });
  const failed = await project.fails("preview");
  expect(diagnosticsOf(failed)).toEqual({ "shop-dev": [startingWith(message)] });
  expect(await given.fixture.control.requests()).toEqual([]);
});

test("an error about a secret in the wrong argument does not show the secret", async () => {
  const { fixture } = given;
  const password = "correct&horse<battery>staple/42";
  const project = await fixture.project({
    secrets: { "payengine:apiKey": fixture.credential, "shop:password": password },
  });
  const cases = {
    argument: [`{ type: "private", password }`, "password is not an argument of ApiKey"],
    prefix: [
      `{ type: "private", namePrefix: password.apply((text) => text.repeat(9)) }`,
      "namePrefix has 279 characters",
    ],
  };
  for (const [name, [args, message]] of Object.entries(cases)) {
    const program = `
const password = new pulumi.Config().requireSecret("password");
new payengine.ApiKey("${name}", ${args});`;
    await project.write({ "index.js": commonJs(program) });
    for (const command of [["preview"], ["up", "--skip-preview"]]) {
      const failed = await project.fails(...command);
      expect(diagnosticsOf(failed)).toEqual({ [name]: [startingWith(PROBLEM(name) + message)] });
    }
  }
});
