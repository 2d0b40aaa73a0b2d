import { execFileSync } from "node:child_process";
import { blocksOf, REPOSITORY, readGuide } from "./guide";

const USERS = ["README.md", "docs/*.md", "examples/*/README.md"];
/** Commands for users of the package; a contributor's commands begin with `npm run` and the like. */
const OF_USERS =
  /^(pulumi|npx pulumi-payengine|npm (install|init|start|test)|read|export|cd|mkdir|node|[A-Z_]+=)/;

async function linesToType(): Promise<{ line: string; guide: string }[]> {
  const guides = execFileSync("git", ["ls-files", ...USERS], { cwd: REPOSITORY, encoding: "utf8" });
  const all = guides
    .trim()
    .split("\n")
    .map(async (guide) => {
      const blocks = (await readGuide(guide)).filter(({ language }) => language === "sh");
      const lines = blocks.flatMap(({ text }) => text.trimEnd().split("\n"));
      return lines.filter((line) => OF_USERS.test(line)).map((line) => ({ line, guide }));
    });
  return (await Promise.all(all)).flat();
}

test("no line to type ends in a comment, which zsh would pass to the program", async () => {
  const lines = await linesToType();
  expect(lines.length).toBeGreaterThan(30);
  expect(lines.filter(({ line }) => /(^|\s)#/.test(line))).toEqual([]);
});

test("no line to type holds a secret, which the shell's history would keep", async () => {
  const secret = /(API_KEY|PASSPHRASE|_KEY)=|config set --secret \S+ \S/;
  expect((await linesToType()).filter(({ line }) => secret.test(line))).toEqual([]);
});

test("the reader gives a guide's blocks their section and the file named before them", () => {
  const guide =
    "# G\n## One\n1. Run:\n\n   ```sh\n   ls\n     -a\n   ```\n\n2. In `a/b.ts` or so:\n\n   ```ts\n   x;\n   ```\n";
  expect(blocksOf(guide)).toEqual([
    { section: "One", language: "sh", text: "ls\n  -a\n", file: undefined },
    { section: "One", language: "ts", text: "x;\n", file: "a/b.ts" },
  ]);
});
