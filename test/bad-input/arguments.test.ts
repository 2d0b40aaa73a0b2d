import { diagnosticsOf } from "../e2e/harness/diagnostics";
import { commonJs, useFixture } from "../e2e/harness/fixture";

const given = useFixture();

const PROBLEM = (name: string) =>
  `error: pulumi-nodejs:dynamic/payengine:ApiKey resource '${name}' has a problem: `;

const wrong: Record<string, [args: string, ...messages: string[]]> = {
  missing: [`{}`, 'type is missing; write "public" or "private"'],
  "no-arguments": [`undefined`, 'type is missing; write "public" or "private"'],
  empty: [`{ type: "" }`, 'type is empty; write "public" or "private"'],
  neither: [
    `{ type: "admin" }`,
    'type is a string, but neither "public" nor "private"; write "public" or "private"',
  ],
  number: [`{ type: 7 }`, 'type is a number; write "public" or "private"'],
  control: [
    `{ type: "private", namePrefix: "a\\nb" }`,
    "namePrefix holds control characters; use printable ones",
  ],
  "empty-prefix": [
    `{ type: "private", namePrefix: "" }`,
    "namePrefix is empty; leave it out for project-stack-resource, or give a name",
  ],
  "long-prefix": [
    `{ type: "private", namePrefix: "x".repeat(109) }`,
    "namePrefix has 109 characters; PayEngine's limit for names leaves 108 once the digits are added: give a shorter namePrefix",
  ],
  "number-prefix": [`{ type: "private", namePrefix: 7 }`, "namePrefix is a number; give a string"],
  unknown: [
    `{ type: "private", colour: "red" }`,
    "colour is not an argument of ApiKey; it takes type, namePrefix, verify, rotation and adopt",
  ],
  several: [
    `{ type: "none", namePrefix: "", colour: "red" }`,
    'type is a string, but neither "public" nor "private"; write "public" or "private"',
    "namePrefix is empty; leave it out for project-stack-resource, or give a name",
    "colour is not an argument of ApiKey; it takes type, namePrefix, verify, rotation and adopt",
  ],
  ["long".repeat(30)]: [
    `{ type: "private" }`,
    "namePrefix is project-stack-resource by default, which has 129 characters; PayEngine's limit for names leaves 108 once the digits are added: give a shorter namePrefix",
  ],
};

test("each wrong argument gets its own message in the preview, and nothing is created", async () => {
  const { fixture } = given;
  const project = await fixture.project({});
  // A resource that is refused ends the program, so each has its own.
  for (const [name, [args, ...messages]] of Object.entries(wrong)) {
    await project.write({ "index.js": commonJs(`new payengine.ApiKey(${JSON.stringify(name)}, ${args});`) });
    const failed = await project.fails("preview");
    expect(diagnosticsOf(failed)).toEqual({ [name]: messages.map((message) => PROBLEM(name) + message) });
  }
  const refused = await project.fails("up", "--skip-preview");
  expect(Object.keys(diagnosticsOf(refused))).toEqual([Object.keys(wrong).at(-1)]);
  expect(await fixture.control.requests()).toEqual([]);
});

test.each([
  [
    "an Output as type",
    `new payengine.ApiKey("checkout", { type: pulumi.output("private") });`,
    'error: ApiKey "checkout": type is an Output or Promise; write "public" or "private" in the program, since it decides what is secret',
  ],
  [
    "the import option",
    `new payengine.ApiKey("checkout", { type: "private" }, { import: "3f6c1e84" });`,
    "error: ApiKey \"checkout\" cannot be imported: PayEngine shows a private key's value only when it is created. Where you have kept the value, take the key over with the argument adopt: { keyId, token }; otherwise create a new ApiKey, move its consumers over, then revoke the old key in PayEngine's dashboard",
  ],
  [
    "ApiKey.get",
    `payengine.ApiKey.get("checkout", "3f6c1e84");`,
    "error: ApiKey \"checkout\" cannot be imported: PayEngine shows a private key's value only when it is created. Where you have kept the value, take the key over with the argument adopt: { keyId, token }; otherwise create a new ApiKey, move its consumers over, then revoke the old key in PayEngine's dashboard",
  ],
])("%s fails the program without a stack trace before anything is created", async (_, line, message) => {
  const project = await given.fixture.project({ program: line });
  const failed = await project.fails("preview");
  expect(diagnosticsOf(failed)).toEqual({ "shop-dev": [message] });
  expect(await given.fixture.control.requests()).toEqual([]);
});

test("an error about a secret in the wrong argument does not show the secret", async () => {
  const { fixture } = given;
  const password = "correct&horse<battery>staple/42";
  const project = await fixture.project({
    secrets: { "payengine:apiKey": fixture.credential, "shop:password": password },
  });
  const cases = {
    argument: [
      `{ type: "private", password }`,
      "password is not an argument of ApiKey; it takes type, namePrefix, verify, rotation and adopt",
    ],
    prefix: [
      `{ type: "private", namePrefix: password.apply((text) => text.repeat(9)) }`,
      "namePrefix has 279 characters; PayEngine's limit for names leaves 108 once the digits are added: give a shorter namePrefix",
    ],
  };
  for (const [name, [args, message]] of Object.entries(cases)) {
    const program = `
const password = new pulumi.Config().requireSecret("password");
new payengine.ApiKey("${name}", ${args});`;
    await project.write({ "index.js": commonJs(program) });
    for (const command of [["preview"], ["up", "--skip-preview"]]) {
      const failed = await project.fails(...command);
      expect(diagnosticsOf(failed)).toEqual({ [name]: [PROBLEM(name) + message] });
    }
  }
});
