import { readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { FakeMachine, type Outcome } from "./fake-machine";

let machine: FakeMachine;
beforeEach(() => {
  machine = new FakeMachine();
});
afterEach(() => machine.remove());

const findPulumiCli = () => machine.run("find-pulumi-cli.mjs");
const answer = ({ stdout, stderr }: Outcome) => (stdout ? JSON.parse(stdout) : stderr);

/** What lies in the cache: a finished CLI and its lock, or else what a test should know of. */
function cached(): string[] {
  return readdirSync(machine.cache).filter((name) => !name.endsWith(".lock"));
}

describe("a CLI on PATH", () => {
  it.each(["3.216.0", "3.217.0", "3.300.1-dev.0"])(
    "is used from version 3.216.0 on (%s)",
    async (version) => {
      const folder = machine.addPulumi("bin", `v${version}`);
      machine.putOnPath(folder);

      const outcome = await findPulumiCli();

      expect(answer(outcome)).toEqual({
        version,
        binDir: folder,
        pulumi: join(folder, "pulumi"),
        source: "path",
      });
      expect(outcome.stderr).toBe("");
    },
  );

  it.each(["3.215.9", "3.99.0", "3.216.0-alpha.1", "4.0.0"])(
    "is passed over in a version that won't do (%s)",
    async (version) => {
      machine.putOnPath(machine.addPulumi("bin", `v${version}`));
      machine.installGo();

      const outcome = await findPulumiCli();

      expect(answer(outcome)).toMatchObject({ version: "3.216.0", source: "build" });
      expect(outcome.stderr).toContain(
        `${machine.root}/bin/pulumi is passed over: ${version}, this needs 3.x from 3.216.0 on\n`,
      );
    },
  );

  it("is passed over without a language host", async () => {
    const folder = machine.addPulumi("bin", "v3.230.0", ["pulumi", "pulumi-resource-pulumi-nodejs"]);
    machine.putOnPath(folder);
    machine.installGo();

    const outcome = await findPulumiCli();

    expect(answer(outcome)).toMatchObject({ version: "3.216.0", source: "build" });
    expect(outcome.stderr).toContain(
      `${folder}/pulumi is passed over: it has no pulumi-language-nodejs beside it or on PATH\n`,
    );
  });

  it("may have its language host elsewhere on PATH", async () => {
    const folder = machine.addPulumi("bin", "v3.230.0", ["pulumi", "pulumi-resource-pulumi-nodejs"]);
    const host = machine.addPulumi("host", "v3.230.0", ["pulumi-language-nodejs"]);
    machine.putOnPath(folder, host);

    expect(answer(await findPulumiCli())).toMatchObject({
      version: "3.230.0",
      binDir: folder,
      source: "path",
    });
  });

  it("may be a link to where its language host lies", async () => {
    const original = machine.addPulumi("original", "v3.230.0");
    const folder = machine.addPulumi("links", "", []);
    symlinkSync(join(original, "pulumi"), join(folder, "pulumi"));
    machine.putOnPath(folder);

    expect(answer(await findPulumiCli())).toMatchObject({
      version: "3.230.0",
      binDir: folder,
      source: "path",
    });
  });

  it("is passed over when it is too old, for a later one on PATH", async () => {
    const good = machine.addPulumi("good", "v3.220.0");
    machine.putOnPath(machine.addPulumi("old", "v3.0.0"), good);

    expect(answer(await findPulumiCli())).toMatchObject({ version: "3.220.0", binDir: good, source: "path" });
  });
});

describe("a CLI built with Go", () => {
  it("comes from both modules, with settings that nobody's environment changes", async () => {
    machine.installGo();
    machine.env.GOFLAGS = "-mod=mod";
    machine.env.GOTOOLCHAIN = "auto";
    machine.env.GOOS = "plan9";

    const outcome = await findPulumiCli();

    expect(answer(outcome)).toMatchObject({ version: "3.216.0", source: "build" });
    expect(machine.builds().map((line) => line.replace(/ \d+ /, " "))).toEqual([
      "build local -mod=readonly linux/amd64",
      "build local -mod=readonly linux/amd64",
    ]);
    expect(outcome.stderr).toContain("Building pulumi with Go\n");
  });

  it("stays in the cache", async () => {
    machine.installGo();
    const first = answer(await findPulumiCli());
    const again = await findPulumiCli();

    expect(answer(again)).toEqual({ ...first, source: "cache" });
    expect(again.stderr).toBe("");
    expect(machine.builds()).toHaveLength(2);
  });

  it("is built again where part of the cached one is gone", async () => {
    machine.installGo();
    const { binDir } = answer(await findPulumiCli());
    rmSync(join(binDir, "pulumi-language-nodejs"));

    expect(answer(await findPulumiCli())).toMatchObject({ binDir, source: "build" });
    expect(machine.builds()).toHaveLength(4);
  });

  it("fails with what the compiler said, and leaves nothing behind", async () => {
    machine.installGo({ FAKE_GO: "fails" });
    const failed = await findPulumiCli();

    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(
      "Building pulumi-language-nodejs with Go failed: `" +
        `${machine.root}/go/go build\` ended with exit code 1.\n` +
        "  # github.com/pulumi/pulumi/pkg/v3/cmd/pulumi\n" +
        "  main.go:1:1: no space left on device\n",
    );
    expect(cached()).toEqual([]);

    machine.installGo();
    expect(answer(await findPulumiCli())).toMatchObject({ source: "build" });
  });

  it("fails with what the compiler said, though something still writes where it was built", async () => {
    machine.installGo({ FAKE_GO: "orphans" });
    const failed = await findPulumiCli();

    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain("  main.go:1:1: no space left on device\n");
    rmSync(machine.env.FAKE_GO_JOURNAL ?? "");
    machine.installGo();
    expect(answer(await findPulumiCli())).toMatchObject({ source: "build" });
  });

  it("is refused if it isn't the version it should be", async () => {
    machine.installGo();
    machine.addPulumi("stubs", "v0.0.0");

    const outcome = await findPulumiCli();

    expect(outcome.stderr).toContain('The new Pulumi CLI is not what it should be: version "0.0.0" with');
    expect(cached()).toEqual([]);
  });

  it("is given up at its limit", async () => {
    machine.installGo({ FAKE_GO: "slow" });
    machine.env.LIMITS = JSON.stringify({ buildMs: 600 });

    const outcome = await findPulumiCli();

    expect(outcome.stderr).toMatch(/\/go build` was ended after \d+ s, the limit\./);
    expect(cached()).toEqual([]);
  });
});

describe("where there is no Go that will do, Pulumi's installer", () => {
  it("is used, and what it brings stays in the cache", async () => {
    machine.env.INSTALLER = "works";
    const first = await findPulumiCli();

    expect(answer(first)).toMatchObject({ version: "3.216.0", source: "installer" });
    expect(first.stderr).toBe(
      "No usable Pulumi CLI on PATH or in the cache, and Go is not on PATH\ninstaller: version 3.216.0\n",
    );
    expect(answer(await findPulumiCli())).toMatchObject({ source: "cache" });
  });

  it("is used instead of a Go that is too old", async () => {
    machine.installGo({ FAKE_GO_VERSION: "go1.19.8" });
    machine.env.INSTALLER = "works";

    const outcome = await findPulumiCli();

    expect(answer(outcome)).toMatchObject({ source: "installer" });
    expect(outcome.stderr).toContain(`${machine.root}/go/go is version 1.19.8, older than 1.24.7\n`);
    expect(machine.builds()).toEqual([]);
  });

  it("says what to do when it fails", async () => {
    const outcome = await findPulumiCli();

    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toBe(
      "No usable Pulumi CLI on PATH or in the cache, and Go is not on PATH\n" +
        "There is no Pulumi CLI: Go is not on PATH, and Pulumi's official installer failed: the download was refused\n" +
        "Put Go 1.24.7 or later on PATH, or Pulumi 3.216.0 or later (https://www.pulumi.com/docs/install/), " +
        "and run this again.\n",
    );
    expect(cached()).toEqual([]);
  });
});
