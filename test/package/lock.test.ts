import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Entry {
  integrity?: string;
  link?: boolean;
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}

const lock = JSON.parse(readFileSync(join(__dirname, "../../package-lock.json"), "utf8"));
const entries = Object.entries<Entry>(lock.packages);
/** Downloaded packages: not the repository itself, its workspaces, and links to these. */
const downloads = entries.filter(([path, { link }]) => path.includes("node_modules/") && !link);

// `node test/package/complete-lock.mjs` corrects all of these.
describe("package-lock.json", () => {
  it("has a checksum for everything that is downloaded", () => {
    expect(downloads.length).toBeGreaterThan(500);
    expect(downloads.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"))).toEqual([]);
  });

  it("names no registry", () => {
    expect(downloads.filter(([, { resolved }]) => resolved)).toEqual([]);
  });

  it("holds the packages of other platforms, too", () => {
    const paths = Object.keys(lock.packages);
    const wanted = entries.flatMap(([, { optionalDependencies = {} }]) => Object.keys(optionalDependencies));
    const missing = wanted.filter((name) => !paths.some((path) => path.endsWith(`node_modules/${name}`)));

    expect(missing).toEqual([]);
  });
});
