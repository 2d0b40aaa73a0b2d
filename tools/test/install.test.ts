import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { linesOf, useMachine } from "./fake-machine";

const packages = {
  "": { name: "the-repository" },
  "node_modules/zod": { version: "4.0.0", integrity: "sha512-zod" },
  "node_modules/other-platform": { version: "1.0.0", optional: true },
  sandbox: { name: "sandbox", version: "0.1.0" },
};

const given = useMachine();
let repository: string;
let journal: string;
beforeEach(() => {
  repository = join(given.machine.root, "repository");
  journal = join(given.machine.root, "npm-journal");
  mkdirSync(repository);
  writeLock(packages);
  installNpm();
});

function writeLock(wanted: object): void {
  writeFileSync(join(repository, "package-lock.json"), JSON.stringify({ packages: wanted }));
}

/** A stand-in for npm that records what it installed, as npm does. */
function installNpm(failure = ""): void {
  const { "": _root, "node_modules/other-platform": _other, ...installed } = packages;
  given.machine.env.PATH = given.machine.addProgram(
    "npm/npm",
    `PATH=/usr/bin:/bin\necho "$1 $2" >>'${journal}'\n${failure}\n[ "$1" = ci ] || exit 0\n` +
      `mkdir -p node_modules\necho '${JSON.stringify({ packages: installed })}' >node_modules/.package-lock.json`,
  );
}

async function installMissing() {
  rmSync(journal, { force: true });
  const code = 'import { installMissing } from "./install.mjs"; await installMissing({ repository:';
  const outcome = await given.machine.run(`${code} ${JSON.stringify(repository)} });`);
  return { ...outcome, steps: linesOf(journal) };
}

it("installs what is missing, then builds; the next time it only builds", async () => {
  const first = await installMissing();
  const second = await installMissing();

  expect(first).toMatchObject({ code: 0, stdout: "", steps: ["ci --include=dev", "run build"] });
  expect(first.stderr).toBe("Installing the npm packages\nBuilding the packages\n");
  expect(second.steps).toEqual(["run build"]);
});

const { "node_modules/zod": zod } = packages;
it.each([
  ["a new version", { "node_modules/zod": { version: "4.0.1", integrity: "sha512-new" } }],
  ["another checksum", { "node_modules/zod": { ...zod, integrity: "sha512-new" } }],
  ["one package more", { "node_modules/undici": { version: "7.0.0" } }],
])("installs again when package-lock.json asks for %s", async (_what, changed) => {
  await installMissing();
  writeLock({ ...packages, ...changed });

  expect((await installMissing()).steps).toEqual(["ci --include=dev", "run build"]);
});

it("installs again after an installation that never finished", async () => {
  await installMissing();
  rmSync(join(repository, "node_modules/.package-lock.json"));

  expect((await installMissing()).steps).toEqual(["ci --include=dev", "run build"]);
});

it("fails with the first and last lines that npm printed", async () => {
  installNpm("for i in $(seq 100); do echo line $i >&2; done; exit 3");
  const { stderr, code } = await installMissing();

  expect(code).toBe(1);
  expect(stderr).toContain(
    "Installing the npm packages failed: `npm ci` ended with exit code 3.\n  line 1\n",
  );
  expect(stderr).toContain("  line 12\n  … 76 lines omitted …\n  line 89\n");
});

it("runs once at a time in a repository", async () => {
  const outcomes = await Promise.all([installMissing(), installMissing()]);

  expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
  expect(linesOf(journal).filter((step) => step.startsWith("ci"))).toHaveLength(1);
});
