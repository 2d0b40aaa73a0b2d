import { useFixture } from "../e2e/harness/fixture";
import { environmentOf, projectFile, type Runtime } from "./languages";

const given = useFixture();

/** What a preview says of a program that is wrong: its error output and diagnostics in one line. */
async function complaintOf(
  runtime: Runtime,
  files: Record<string, string>,
  config: Record<string, string> = {},
): Promise<string> {
  const { fixture } = given;
  const project = await fixture.project({
    files: { "Pulumi.yaml": projectFile(runtime), ...files },
    config: { "payengine:apiUrl": fixture.sandbox.url, ...config },
    env: environmentOf(runtime),
    packages: false,
  });
  const { stdout, stderr } = await project.fails("preview");
  expect(await fixture.control.requests()).toEqual([]);
  return `${stdout}${stderr}`.replace(/\s+/g, " ");
}

const yaml = (properties: string) => ({
  "Pulumi.yaml": projectFile(
    "yaml",
    `resources: { checkout: { type: "payengine:ApiKey", properties: ${properties} } }\n`,
  ),
});

test.each([
  [
    "an unknown argument",
    "{ type: private, colour: red }",
    "Property colour does not exist on 'payengine:index:ApiKey'",
  ],
  [
    "an unknown argument of rotation",
    "{ type: private, rotation: { overlap: 1d, trigers: {} } }",
    "Property trigers does not exist on 'payengine:index:Rotation'",
  ],
  ["an unknown type", "{ type: secret }", 'Allowed values are Public ("public"), Private ("private")'],
  [
    "a number for a duration",
    "{ type: private, rotation: { overlap: 7 } }",
    'rotation.overlap is not a duration; write it like "90d", "12h" or "P90D"',
  ],
])("YAML: %s is one clear message", async (_what, properties, message) => {
  expect(await complaintOf("yaml", yaml(properties))).toContain(message);
});

test.each([
  [
    "a number for a duration",
    "payengine:requestTimeout",
    "30",
    'is not a duration; write it like "30s" or "500ms"',
  ],
  [
    "a key that does not exist",
    "payengine:apiKye",
    "x",
    "is not a payengine setting; did you mean payengine:apiKey?",
  ],
])("stack config: %s is one clear message", async (_what, key, value, message) => {
  expect(await complaintOf("yaml", yaml("{ type: private }"), { [key]: value })).toContain(
    `${key} ${message}`,
  );
});

const python = (args: string) => ({
  "__main__.py": `import pulumi_payengine as payengine\n\npayengine.ApiKey("checkout", ${args})\n`,
});

test.each([
  ["an unknown argument", 'type="private", colour="red"', "got an unexpected keyword argument 'colour'"],
  [
    "an unknown argument of rotation",
    'type="private", rotation={"overlap": "1d", "trigers": {}}',
    "rotation.trigers is not an argument of rotation; it takes",
  ],
  ["a missing type", "", "Missing required property 'type'"],
  ["an unknown type", 'type="secret"', 'type is a string, but neither "public" nor "private"'],
])("Python: %s is one clear message", async (_what, args, message) => {
  expect(await complaintOf("python", python(args))).toContain(message);
});
