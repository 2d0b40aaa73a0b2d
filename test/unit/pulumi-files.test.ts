import fs, { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join, posix, win32 } from "node:path";
import { pathToFileURL } from "node:url";
import { API_KEY_TYPE } from "../../provider/resource-type";
import { backendFolder, readLock } from "../../recovery/pulumi/stack-lock";
import { openStateFile } from "../../recovery/pulumi/state-source";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "payengine-files-"));
});
afterEach(() => {
  jest.restoreAllMocks();
  return rm(folder, { recursive: true });
});

test("a state file of a newer version is refused with the version to install", async () => {
  const path = join(folder, "state.json");
  const key = {
    urn: "urn:pulumi:dev::shop::key::k",
    type: API_KEY_TYPE,
    outputs: { schemaVersion: "9.0.0" },
  };
  const deployment = { manifest: { time: "2026-01-01T00:00:00Z" }, resources: [key] };
  await writeFile(path, JSON.stringify({ deployment }));
  await expect(openStateFile(path)).rejects.toThrow(
    /^.*state\.json: A newer version of pulumi-payengine wrote .* Install pulumi-payengine 9\.0\.0 or later/,
  );
});

describe("a state file", () => {
  const state = JSON.stringify({ deployment: { manifest: { time: "2026-01-01T00:00:00Z" } } }, undefined, 2);
  const mark = "\uFEFF";

  test.each([
    ["with Windows' line ends", Buffer.from(state.replaceAll("\n", "\r\n"))],
    ["with a byte order mark", Buffer.from(mark + state)],
    ["as Windows PowerShell's > writes it, in UTF-16", Buffer.from(mark + state, "utf16le")],
  ])("is read %s", async (_form, bytes) => {
    const path = join(folder, "state.json");
    await writeFile(path, bytes);
    expect(await (await openStateFile(path)).load()).toMatchObject({ keys: [] });
  });
});

describe("the folder of a file backend", () => {
  const home = userInfo().homedir;

  test.each([
    ["file:///C:/Users/me/state", "C:\\Users\\me\\state"],
    ["file://C:/Users/me/state", "C:\\Users\\me\\state"],
    ["file://C:\\Users\\me\\my%20state\\", "C:\\Users\\me\\my state"],
    ["file:////server/share/state", "\\\\server\\share\\state"],
    ["file://./state?no_tmp_dir=true", "D:\\shop\\state"],
    ["file:///state", "D:\\state"],
    ["file://~", win32.join(home)],
    ["file://~/state", win32.join(home, "state")],
    ["file://~\\state", win32.join(home, "state")],
  ])("of %s is %s on Windows", (url, expected) => {
    expect(backendFolder(url, "D:\\shop", "win32")).toBe(expected);
  });

  test.each([
    ["file:///C:/state", "/C:/state"],
    ["file://./my%20state", "/shop/my state"],
    ["file://~", posix.join(home)],
    ["file://~/state", posix.join(home, "state")],
  ])("of %s is %s on macOS and Linux", (url, expected) => {
    for (const platform of ["darwin", "linux"] as const)
      expect(backendFolder(url, "/shop", platform)).toBe(expected);
  });

  test("is undefined for a backend that is not a folder", () => {
    expect(backendFolder("s3://bucket", "D:\\shop", "win32")).toBeUndefined();
  });
});

describe("the lock of a stack", () => {
  const lock = () => readLock(`file://${folder}`, folder, "shop", "dev");
  const locks = () => join(folder, ".pulumi/locks/organization/shop/dev");

  test("is free if the backend has no folder for it", async () => {
    expect(await lock()).toBeUndefined();
  });

  test.each([
    ["as a URL", (path: string) => pathToFileURL(path).href],
    ["as a URL with options", (path: string) => `${pathToFileURL(path)}?no_tmp_dir=true#state`],
    ["as it is typed", (path: string) => `file://${path.replace("%", "%25")}`],
    ["from the working folder", () => "file://./a%20b%25%2Fc"],
  ])("is found in a folder with a space and a percent sign in its name, %s", async (_form, urlOf) => {
    const backend = join(folder, "a b%/c");
    await mkdir(join(backend, ".pulumi/locks/organization/shop/dev"), { recursive: true });
    await writeFile(join(backend, ".pulumi/locks/organization/shop/dev/1.json"), "");
    expect(await readLock(urlOf(backend), folder, "shop", "dev")).toMatchObject({ owner: "an unknown user" });
  });

  test.each(["EBUSY", "EPERM"])(
    "is taken where Windows answers %s: the CLI writes or removes it",
    async (code) => {
      await mkdir(locks(), { recursive: true });
      await writeFile(join(locks(), "1.json"), "");
      jest.spyOn(fs, "readFile").mockRejectedValueOnce(Object.assign(new Error(code), { code }));
      expect(await lock()).toMatchObject({ owner: "an unknown user", pid: 0 });
    },
  );

  test("does not count as free if it cannot be read", async () => {
    await mkdir(join(locks(), "1.json"), { recursive: true });
    await expect(lock()).rejects.toThrow("EISDIR");
  });
});
