import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const repository = join(__dirname, "../..");
/** The linter is built from the Go module that tools/actionlint pins; without Go there is none. */
const testWithGo = spawnSync("go", ["version"]).status === 0 ? test : test.skip;

testWithGo(
  "the workflow for GitHub Actions passes a linter for workflow files",
  async () => {
    const lint = (file: string) =>
      run("go", ["run", "-mod=readonly", "github.com/rhysd/actionlint/cmd/actionlint", "-no-color", file], {
        cwd: join(repository, "tools/actionlint"),
        timeout: 300_000,
      });
    const { stdout } = await lint(join(repository, "examples/ci/.github/workflows/payengine.yml"));
    expect(stdout).toBe("");
  },
  300_000,
);
