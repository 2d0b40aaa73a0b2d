import { readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { useMachine } from "./fake-machine";

const given = useMachine();

async function find() {
  const { code, stdout, stderr } = await given.machine.run("find-pulumi-cli.mjs");
  return { code, stderr, found: stdout ? JSON.parse(stdout) : stderr };
}
const BUILT = { version: "3.276.0", source: "build" };

/** The content of the cache: a finished CLI and its lock, or unexpected files. */
function cached(): string[] {
  return readdirSync(given.machine.cache).filter((name) => !name.endsWith(".lock"));
}

describe("a CLI on PATH", () => {
  const WITHOUT_HOST = ["pulumi", "pulumi-resource-pulumi-nodejs"];

  it.each(["3.216.0", "3.217.0", "3.300.1-dev.0"])(
    "is used from version 3.216.0 on (%s)",
    async (version) => {
      const binDir = given.machine.addPulumi("bin", `v${version}`);
      given.machine.putOnPath(binDir);

      const found = { version, binDir, pulumi: join(binDir, "pulumi"), source: "path" };
      expect(await find()).toEqual({ code: 0, stderr: "", found });
    },
  );

  it.each([
    ["in the version 3.215.9", "3.215.9", undefined],
    ["in the version 3.99.0", "3.99.0", undefined],
    ["in the version 3.216.0-alpha.1", "3.216.0-alpha.1", undefined],
    ["in the version 4.0.0", "4.0.0", undefined],
    ["without a language host", "3.230.0", WITHOUT_HOST],
  ])("is skipped %s", async (_what, version, names) => {
    const { machine } = given;
    machine.putOnPath(machine.addPulumi("bin", `v${version}`, names));
    machine.installGo();

    const { found, stderr } = await find();

    expect(found).toMatchObject(BUILT);
    const reason = names
      ? "it has no pulumi-language-nodejs beside it or on PATH"
      : `its version is ${version}, but 3.x from 3.216.0 on is required`;
    expect(stderr).toContain(`Skipping ${machine.root}/bin/pulumi: ${reason}\n`);
  });

  it("may have its language host elsewhere on PATH", async () => {
    const { machine } = given;
    const binDir = machine.addPulumi("bin", "v3.230.0", WITHOUT_HOST);
    machine.putOnPath(binDir, machine.addPulumi("host", "v3.230.0", ["pulumi-language-nodejs"]));

    expect((await find()).found).toMatchObject({ version: "3.230.0", binDir, source: "path" });
  });

  it("may be a link to the folder of its language host", async () => {
    const { machine } = given;
    const original = machine.addPulumi("original", "v3.230.0");
    const binDir = machine.addPulumi("links", "", ["unrelated"]);
    symlinkSync(join(original, "pulumi"), join(binDir, "pulumi"));
    machine.putOnPath(binDir);

    expect((await find()).found).toMatchObject({ version: "3.230.0", binDir, source: "path" });
  });

  it("is skipped when it is too old, for a later one on PATH", async () => {
    const binDir = given.machine.addPulumi("good", "v3.220.0");
    given.machine.putOnPath(given.machine.addPulumi("old", "v3.0.0"), binDir);

    expect((await find()).found).toMatchObject({ version: "3.220.0", binDir, source: "path" });
  });
});

describe("a CLI built with Go", () => {
  beforeEach(() => given.machine.installGo());

  it("comes from both modules, with settings that the environment cannot change", async () => {
    Object.assign(given.machine.env, { GOFLAGS: "-mod=mod", GOTOOLCHAIN: "auto", GOOS: "plan9" });

    const { found, stderr } = await find();

    expect(found).toMatchObject(BUILT);
    const build = "build local -mod=readonly linux/amd64";
    expect(given.machine.builds().map((line) => line.replace(/ \d+ /, " "))).toEqual([build, build]);
    expect(stderr).toContain("Building pulumi with Go\n");
  });

  it("is the oldest supported release if Go is too old for the newest", async () => {
    const { machine } = given;
    machine.installGo({ FAKE_GO_VERSION: "go1.25.3" });
    machine.addPulumi("stubs", "v3.216.0");
    const note =
      `${machine.root}/go/go is version 1.25.3, older than 1.26.6, which Pulumi 3.276.0 needs: ` +
      "using Pulumi 3.216.0, the oldest supported release, instead\n";

    const { found, stderr } = await find();
    expect(found).toMatchObject({ version: "3.216.0", source: "build" });
    expect(stderr.startsWith(note)).toBe(true);
    expect(await find()).toEqual({ code: 0, stderr: note, found: { ...found, source: "cache" } });
  });

  it("is the oldest supported release on request, whatever is on PATH", async () => {
    const { machine } = given;
    machine.putOnPath(machine.addPulumi("bin", "v3.276.0"));
    machine.addPulumi("stubs", "v3.216.0");
    machine.env.RELEASE = "oldest";

    expect((await find()).found).toMatchObject({ version: "3.216.0", source: "build" });
  });

  it("stays in the cache", async () => {
    const { found } = await find();

    expect(await find()).toEqual({ code: 0, stderr: "", found: { ...found, source: "cache" } });
    expect(given.machine.builds()).toHaveLength(2);
  });

  it("is built again if part of the cached one is missing", async () => {
    const { binDir } = (await find()).found;
    rmSync(join(binDir, "pulumi-language-nodejs"));

    expect((await find()).found).toMatchObject({ binDir, source: "build" });
    expect(given.machine.builds()).toHaveLength(4);
  });

  it("fails with the compiler's message, and leaves nothing behind", async () => {
    given.machine.installGo({ FAKE_GO: "fails" });
    const { code, stderr } = await find();

    expect(code).toBe(1);
    expect(stderr).toContain(
      "Building pulumi-language-nodejs with Go failed: `" +
        `${given.machine.root}/go/go build\` ended with exit code 1.\n` +
        "  # github.com/pulumi/pulumi/pkg/v3/cmd/pulumi\n" +
        "  main.go:1:1: no space left on device\n",
    );
    expect(cached()).toEqual([]);

    given.machine.installGo();
    expect((await find()).found).toMatchObject({ source: "build" });
  });

  it("fails with the compiler's message, even if a process still writes to the build folder", async () => {
    given.machine.installGo({ FAKE_GO: "orphans" });
    const { code, stderr } = await find();

    expect(code).toBe(1);
    expect(stderr).toContain("  main.go:1:1: no space left on device\n");
    rmSync(given.machine.env.FAKE_GO_JOURNAL ?? "");
    given.machine.installGo();
    expect((await find()).found).toMatchObject({ source: "build" });
  });

  it("is rejected if it has the wrong version", async () => {
    given.machine.addPulumi("stubs", "v0.0.0");

    const { stderr } = await find();

    expect(stderr).toContain('The new Pulumi CLI is wrong: it has version "0.0.0" and the files');
    expect(cached()).toEqual([]);
  });

  it("is aborted at its limit", async () => {
    given.machine.installGo({ FAKE_GO: "slow" });
    given.machine.env.LIMITS = JSON.stringify({ buildMs: 600 });

    expect((await find()).stderr).toMatch(/\/go build` was ended after \d+ s, the limit\./);
    expect(cached()).toEqual([]);
  });
});

describe("without a suitable Go, Pulumi's installer", () => {
  const MISSING = "No usable Pulumi CLI on PATH or in the cache, and Go is not on PATH\n";

  it("is used, and its result stays in the cache", async () => {
    given.machine.env.INSTALLER = "works";
    const { found, stderr } = await find();

    expect(found).toMatchObject({ version: "3.276.0", source: "installer" });
    expect(stderr).toBe(`${MISSING}installer: version 3.276.0\n`);
    expect((await find()).found).toMatchObject({ source: "cache" });
  });

  it("is used instead of a Go that is too old", async () => {
    given.machine.installGo({ FAKE_GO_VERSION: "go1.19.8" });
    given.machine.env.INSTALLER = "works";

    const { found, stderr } = await find();

    expect(found).toMatchObject({ source: "installer" });
    expect(stderr).toContain(`${given.machine.root}/go/go is version 1.19.8, older than 1.24.7\n`);
    expect(given.machine.builds()).toEqual([]);
  });

  it("says what to do when it fails", async () => {
    const { code, stderr } = await find();

    expect(code).toBe(1);
    expect(stderr).toBe(
      MISSING +
        "Found no Pulumi CLI: Go is not on PATH, and Pulumi's official installer failed: the download was refused\n" +
        "Put Go 1.26.6 or later on PATH, or Pulumi 3.216.0 or later (https://www.pulumi.com/docs/install/), " +
        "and run this again.\n",
    );
    expect(cached()).toEqual([]);
  });
});

describe("a first run", () => {
  const NOTICE = `
    import { firstRunNotice } from "./pulumi-cli.mjs";
    console.log(await firstRunNotice());`;
  const notice = async () => (await given.machine.run(NOTICE)).stdout;

  it("is announced with its duration and how to avoid it", async () => {
    given.machine.installGo();
    expect(await notice()).toBe(
      "The first run takes four to six minutes, because it builds Pulumi 3.276.0 with Go. Later runs reuse it. " +
        "With Pulumi on PATH, the first run takes one or two minutes: https://www.pulumi.com/docs/install/\n",
    );
    expect(given.machine.builds()).toEqual([]);
  });

  it("is not announced if there is a CLI already, or none can be built", async () => {
    expect(await notice()).toBe("undefined\n");
    given.machine.installGo();
    await find();
    expect(await notice()).toBe("undefined\n");
  });
});
