import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { said } from "./installed-command";

jest.setTimeout(300_000);

/** Jest's global setup has packed it. */
const folder = process.env.PAYENGINE_E2E_INSTALLED ?? "";
const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "");

test("the package weighs at most 210,000 bytes", () => {
  const { size } = statSync(tarball);
  console.info(`The package weighs ${size} bytes`);

  expect(size).toBeLessThanOrEqual(210_000);
});

test("publint finds nothing wrong with the package", async () => {
  expect(await said("publint/src/cli.js", ["--strict", tarball])).toContain("All good!");
});

test("the package's types are found in every way in which a program may resolve them", async () => {
  expect(await said("@arethetypeswrong/cli/dist/index.js", [tarball])).toContain("No problems found");
});
