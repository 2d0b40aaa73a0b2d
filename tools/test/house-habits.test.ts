import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";

const REPOSITORY = join(__dirname, "../..");
const read = (path: string) => readFileSync(join(REPOSITORY, path), "utf8");
const FORMS = ".github/ISSUE_TEMPLATE";

interface Field {
  readonly type: string;
  readonly id?: string;
  readonly attributes: {
    readonly label?: string;
    readonly description?: string;
    readonly value?: string;
    readonly options?: readonly (string | { readonly label: string; readonly required?: boolean })[];
  };
}

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly Field[];
}

const forms = readdirSync(join(REPOSITORY, FORMS))
  .filter((file) => file !== "config.yml")
  .map((file) => ({ file, form: parse(read(join(FORMS, file))) as Form }));

describe.each(forms)("the issue form $file", ({ form }) => {
  it("has what GitHub needs to show it", () => {
    expect([form.name, form.description]).toEqual([expect.any(String), expect.any(String)]);
    const ids = form.body.flatMap(({ id }) => id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { type, id, attributes } of form.body) {
      if (type === "markdown") expect(attributes.value).toEqual(expect.any(String));
      else {
        expect(["input", "textarea", "dropdown", "checkboxes"]).toContain(type);
        expect(id).toMatch(/^[a-z-]+$/);
        expect(attributes.label).toEqual(expect.any(String));
        if (type === "dropdown" || type === "checkboxes") expect(attributes.options).not.toHaveLength(0);
      }
    }
  });

  it("takes doctor's report, and warns not to paste keys", () => {
    expect(form.body[0]?.attributes.value).toContain("**Do not paste keys.**");
    const report = form.body.find(({ id }) => id === "report");
    expect(report?.attributes.description).toContain("`npx pulumi-payengine doctor --report`");
    expect(form.body.at(-1)?.attributes.options).toEqual([expect.objectContaining({ required: true })]);
  });
});

it("the issue chooser names SECURITY.md, and offers no issue without a form", () => {
  const { blank_issues_enabled, contact_links } = parse(read(join(FORMS, "config.yml")));

  expect(blank_issues_enabled).toBe(false);
  expect(contact_links).toEqual([
    { name: expect.any(String), url: expect.stringMatching(/^https:/), about: expect.any(String) },
  ]);
  expect(contact_links[0].about).toContain("SECURITY.md");
});

interface Updates {
  readonly "package-ecosystem": string;
  readonly directory?: string;
  readonly directories?: readonly string[];
  readonly schedule: { readonly interval: string };
}

describe(".github/dependabot.yml", () => {
  const { version, updates } = parse(read(".github/dependabot.yml")) as {
    version: number;
    updates: readonly Updates[];
  };
  const foldersOf = (ecosystem: string) =>
    updates
      .filter((entry) => entry["package-ecosystem"] === ecosystem)
      .flatMap(({ directory, directories }) => directories ?? directory ?? []);
  /** The folders that hold a file of this name, as Dependabot writes them. */
  const foldersWith = (name: string) => {
    const args = ["ls-files", "--cached", "--others", "--exclude-standard", name, `*/${name}`];
    const paths = execFileSync("git", args, { cwd: REPOSITORY, encoding: "utf8" }).trim().split("\n");
    return paths.map((path) => `/${dirname(path)}`.replace("/.", "/")).sort();
  };

  it("looks once a week", () => {
    expect(version).toBe(2);
    expect(new Set(updates.map(({ schedule }) => schedule.interval))).toEqual(new Set(["weekly"]));
  });

  it("covers every npm lock file", () => {
    expect([...foldersOf("npm")].sort()).toEqual(foldersWith("package-lock.json"));
  });

  it("covers every Go module, except those that stay at a version on purpose", () => {
    const modules = [
      "language-nodejs",
      "language-python-go",
      "language-yaml",
      "oldest",
      "sdk-generator",
      "sdk-go",
    ];
    const examples = ["/examples/go/quickstart", "/examples/go/rotation"];
    const pinned = [...modules.map((module) => `/tools/pulumi/${module}`), ...examples];
    expect([...foldersOf("gomod"), ...pinned].sort()).toEqual(foldersWith("go.mod"));
  });

  it("covers actions and the development container", () => {
    expect([foldersOf("github-actions"), foldersOf("docker")]).toEqual([["/"], ["/.devcontainer"]]);
  });
});

it("the development container has Node and Go, and installs the packages", () => {
  const container = JSON.parse(read(".devcontainer/devcontainer.json"));
  expect(container.postCreateCommand).toBe("npm ci");
  const images = [...read(`.devcontainer/${container.build.dockerfile}`).matchAll(/^FROM (\w+):/gm)];
  expect(images.map(([, name]) => name)).toEqual(["golang", "node"]);
});

/** The SHA-256 of the license as apache.org publishes it. */
const APACHE_2 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30";

it.each(["LICENSE", "sandbox/LICENSE"])("%s is Apache's text with this project's copyright line", (path) => {
  const text = read(path).replace(
    /^ {3}Copyright \d{4} The pulumi-payengine authors$/m,
    "   Copyright [yyyy] [name of copyright owner]",
  );
  expect(text).not.toBe(read(path));
  expect(createHash("sha256").update(text).digest("hex")).toBe(APACHE_2);
});

it.each(["CODE_OF_CONDUCT.md", "SECURITY.md", "CONTRIBUTING.md", ".github/pull_request_template.md"])(
  "the repository has %s",
  (path) => {
    expect(existsSync(join(REPOSITORY, path))).toBe(true);
  },
);
