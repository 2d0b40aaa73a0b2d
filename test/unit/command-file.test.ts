import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandFile } from "../../recovery/pulumi/command-file";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "payengine command-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Makes a folder with an empty file in it. @returns the folder. */
function folderWith(name: string, file: string): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), "");
  return folder;
}

test.each(["linux", "darwin"] as const)("%s finds the CLI by itself", (platform) => {
  expect(commandFile("pulumi", { PATH: "" }, platform)).toBe("pulumi");
});

describe("on Windows", () => {
  const found = (env: Record<string, string>, command = "pulumi") => commandFile(command, env, "win32");

  test.each(["PATH", "Path"])(
    "the CLI is found by the variable %s, also where a folder is quoted",
    (name) => {
      const [scripts, tools] = [folderWith("scripts", "pulumi.cmd"), folderWith("my tools", "pulumi.exe")];
      const env = { [name]: `${root};${scripts};"${tools}"` };
      expect([found(env), found(env, "pulumi.exe")]).toEqual([
        join(tools, "pulumi.exe"),
        join(tools, "pulumi.exe"),
      ]);
    },
  );

  test("a program in the working folder is not used as the CLI", () => {
    const folder = folderWith("project", "pulumi.exe");
    const before = process.cwd();
    process.chdir(folder);
    try {
      expect([found({ Path: ".;;" }), found({})]).toEqual([undefined, undefined]);
    } finally {
      process.chdir(before);
    }
  });

  test("a script is refused with the next step", () => {
    const folder = folderWith("shims", "pulumi.cmd");
    expect(() => found({ Path: folder })).toThrow(
      `\`pulumi\` on PATH is a script, ${join(folder, "pulumi.cmd")}, which cannot be run directly; add the folder of ` +
        "pulumi.exe to PATH.",
    );
  });

  test.each(["C:\\tools\\pulumi.exe", "./pulumi.cmd"])("the path %s is used unchanged", (path) => {
    expect(found({}, path)).toBe(path);
  });
});
