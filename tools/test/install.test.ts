import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FakeMachine } from "./fake-machine";

const packages = {
  "": { name: "the-repository" },
  "node_modules/zod": { version: "4.0.0", integrity: "sha512-zod" },
  "node_modules/other-platform": { version: "1.0.0", optional: true },
  sandbox: { name: "sandbox", version: "0.1.0" },
};

let machine: FakeMachine;
let repository: string;
let journal: string;
beforeEach(() => {
  machine = new FakeMachine();
  repository = join(machine.root, "repository");
  journal = join(machine.root, "npm-journal");
  mkdirSync(join(machine.root, "npm"));
  mkdirSync(repository);
  writeLock(packages);
  installNpm();
});
afterEach(() => machine.remove());

function writeLock(wanted: object): void {
  writeFileSync(join(repository, "package-lock.json"), JSON.stringify({ packages: wanted }));
}

/** A stand-in for npm, which writes down what it installed as the real one does. */
function installNpm(failure = ""): void {
  const { "": _root, "node_modules/other-platform": _other, ...installed } = packages;
  const npm = join(machine.root, "npm/npm");
  writeFileSync(
    npm,
    `#!/bin/sh\nPATH=/usr/bin:/bin\necho "$1 $2" >>'${journal}'\n${failure}\n[ "$1" = ci ] || exit 0\n` +
      `mkdir -p node_modules\necho '${JSON.stringify({ packages: installed })}' >node_modules/.package-lock.json\n`,
  );
  chmodSync(npm, 0o755);
  machine.env.PATH = join(machine.root, "npm");
}

async function installMissing() {
  rmSync(journal, { force: true });
  const outcome = await machine.run("install-missing.mjs", repository);
  const steps = existsSync(journal) ? readFileSync(journal, "utf8").trim().split("\n") : [];
  return { ...outcome, steps };
}

it("installs what is missing, then builds; the next time it only builds", async () => {
  const first = await installMissing();
  const second = await installMissing();

  expect(first).toMatchObject({ code: 0, stdout: "", steps: ["ci --include=dev", "run build"] });
  expect(first.stderr).toBe("Installing the npm packages\nBuilding the packages\n");
  expect(second.steps).toEqual(["run build"]);
});

it.each([
  ["a new version", { version: "4.0.1", integrity: "sha512-new" }],
  ["another checksum", { version: "4.0.0", integrity: "sha512-new" }],
])("installs again when package-lock.json asks for %s", async (_what, zod) => {
  await installMissing();
  writeLock({ ...packages, "node_modules/zod": zod });

  expect((await installMissing()).steps).toEqual(["ci --include=dev", "run build"]);
});

it("installs again when package-lock.json asks for one package more", async () => {
  await installMissing();
  writeLock({ ...packages, "node_modules/undici": { version: "7.0.0" } });

  expect((await installMissing()).steps).toEqual(["ci --include=dev", "run build"]);
});

it("installs again after an installation that never finished", async () => {
  await installMissing();
  rmSync(join(repository, "node_modules/.package-lock.json"));

  expect((await installMissing()).steps).toEqual(["ci --include=dev", "run build"]);
});

it("fails with what npm said, first and last", async () => {
  installNpm("for i in $(seq 100); do echo line $i >&2; done; exit 3");
  const { stderr, code } = await installMissing();

  expect(code).toBe(1);
  expect(stderr).toContain(
    "Installing the npm packages failed: `npm ci` ended with exit code 3.\n  line 1\n",
  );
  expect(stderr).toContain("  line 12\n  … 76 lines left out …\n  line 89\n");
});

it("runs once at a time in a repository", async () => {
  const outcomes = await Promise.all([installMissing(), installMissing()]);

  expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
  const steps = readFileSync(journal, "utf8").trim().split("\n");
  expect(steps.filter((step) => step.startsWith("ci"))).toHaveLength(1);
});
