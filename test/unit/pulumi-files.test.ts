import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { API_KEY_TYPE } from "../../provider/resource-type";
import { readLock } from "../../recovery/pulumi/stack-lock";
import { openStateFile } from "../../recovery/pulumi/state-source";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "payengine-files-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a state file of a newer version is refused with what to install", async () => {
  const path = join(folder, "state.json");
  const key = {
    urn: "urn:pulumi:dev::shop::key::k",
    type: API_KEY_TYPE,
    outputs: { schemaVersion: "9.0.0" },
  };
  const deployment = { manifest: { time: "2026-01-01T00:00:00Z" }, resources: [key] };
  await writeFile(path, JSON.stringify({ deployment }));
  await expect(openStateFile(path)).rejects.toThrow(
    /^.*state\.json: Keys of .* pulumi-payengine 9\.0\.0 or later/,
  );
});

describe("the lock of a stack", () => {
  const lock = () => readLock(`file://${folder}`, folder, "shop", "dev");
  const locks = () => join(folder, ".pulumi/locks/organization/shop/dev");

  test("is free where the backend has no folder for it", async () => {
    expect(await lock()).toBeUndefined();
  });

  test.each([
    ["as a URL", (path: string) => pathToFileURL(path).href],
    ["as a URL with options", (path: string) => `${pathToFileURL(path)}?no_tmp_dir=true#state`],
    ["as it is typed", (path: string) => `file://${path.replace("%", "%25")}`],
    ["from the working folder", () => "file://./a%20b%25%2Fc"],
  ])("is seen in a folder with a blank and a percent sign in its name, %s", async (_form, urlOf) => {
    const backend = join(folder, "a b%/c");
    await mkdir(join(backend, ".pulumi/locks/organization/shop/dev"), { recursive: true });
    await writeFile(join(backend, ".pulumi/locks/organization/shop/dev/1.json"), "");
    expect(await readLock(urlOf(backend), folder, "shop", "dev")).toMatchObject({ owner: "somebody" });
  });

  test("is not free only because it cannot be read", async () => {
    await mkdir(join(locks(), "1.json"), { recursive: true });
    await expect(lock()).rejects.toThrow("EISDIR");
  });
});
