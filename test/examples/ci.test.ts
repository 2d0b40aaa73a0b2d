import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const repository = join(__dirname, "../..");
/** The linter is built from the Go module that test/examples/actionlint pins; without Go there is none. */
const testWithGo = spawnSync("go", ["version"]).status === 0 ? test : test.skip;

testWithGo.each([
  "examples/ci/.github/workflows/payengine.yml",
  ".github/workflows/ci.yml",
  ".github/workflows/release.yml",
])(
  "%s passes a linter for workflow files",
  async (file) => {
    const actionlint = "github.com/rhysd/actionlint/cmd/actionlint";
    const args = ["run", "-mod=readonly", actionlint, "-no-color", join(repository, file)];
    const { stdout } = await run("go", args, {
      cwd: join(repository, "test/examples/actionlint"),
      timeout: 300_000,
    });
    expect(stdout).toBe("");
  },
  300_000,
);
