import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const REPOSITORY = join(__dirname, "../..");
const read = (path: string) => readFileSync(join(REPOSITORY, path), "utf8");
const PAGE = read("docs/security.md");

interface Locked {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly hasInstallScript?: boolean;
}

/** What is installed with a package, by its path in the lock file. */
function installedWith(packages: Record<string, Locked>, at = ""): string[] {
  const seen = new Set<string>();
  const visit = (path: string) => {
    const { dependencies, optionalDependencies } = packages[path] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const nested = `${path}/node_modules/${name}`;
      const found = nested in packages ? nested : `node_modules/${name}`;
      if (!seen.has(found)) {
        seen.add(found);
        visit(found);
      }
    }
  };
  visit(at);
  return [...seen];
}

it("docs/security.md counts the packages that are installed with this one, none of which runs a script", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, Locked> };
  const installed = installedWith(packages);

  expect(PAGE).toContain(`You install ${installed.length} packages with it`);
  expect(installed.filter((path) => packages[path] === undefined || packages[path].hasInstallScript)).toEqual(
    [],
  );
});

/** A use of what opens connections, other than the import of a type. */
const CONNECTS =
  /^import (?!type).*"(undici|node:(net|tls|http|https|http2|dgram))"|\bfetch\(|require\("(undici|node:net)/m;

it("docs/security.md names each source file of the package that opens connections", () => {
  const sources = ["provider", "sdk", "recovery", "cli"].map((folder) => `${folder}/*.ts`);
  const files = execFileSync("git", ["ls-files", ...sources], { cwd: REPOSITORY, encoding: "utf8" });
  const connecting = files
    .trim()
    .split("\n")
    .filter((path) => CONNECTS.test(read(path)));

  expect(connecting).toEqual(["provider/engine.ts", "provider/payengine/dispatcher.ts"]);
  for (const path of connecting) expect(PAGE).toContain(`\`${path}\``);
});

it("docs/security.md names only tests and workflows that exist", () => {
  const named = [...PAGE.matchAll(/`((?:test|tools|sandbox|\.github)\/[^`]+)`/g)].map(
    ([, path = ""]) => path,
  );

  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual([]);
});
