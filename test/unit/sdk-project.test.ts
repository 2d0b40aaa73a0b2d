import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { refuseUnknownConfig, warnOfPlaintextCredential } from "../../sdk/config";
import { requireProviderIn } from "../../sdk/resolution";

describe("the project's folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "payengine-project-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is refused without the package, with the command to run, and accepted with it", () => {
    expect(() => requireProviderIn(folder)).toThrow(
      new pulumi.RunError(
        `The Pulumi project in ${folder} cannot load pulumi-payengine, so its keys could not be made, refreshed or ` +
          "revoked. Run `npm install pulumi-payengine` in that folder (pnpm add, yarn add).",
      ),
    );
    expect(() => requireProviderIn(process.cwd())).not.toThrow();
  });
});

describe("a credential in stack config", () => {
  const warn = jest.spyOn(pulumi.log, "warn").mockImplementation(async () => {});
  afterAll(() => warn.mockRestore());
  const key = "payengine:apiKey";

  test("draws one warning per program in plaintext, and none if it is a secret or absent", () => {
    pulumi.runtime.setAllConfig({});
    warnOfPlaintextCredential();
    pulumi.runtime.setAllConfig({ [key]: "credential" }, [key]);
    warnOfPlaintextCredential();
    expect(warn).not.toHaveBeenCalled();

    pulumi.runtime.setAllConfig({ [key]: "credential" }, []);
    warnOfPlaintextCredential();
    warnOfPlaintextCredential();
    expect(warn.mock.calls).toEqual([
      [
        "payengine:apiKey stands in the stack's config in plaintext. Run `pulumi config set --secret payengine:apiKey` " +
          "to encrypt it, and make another credential if the file was ever shared.",
      ],
    ]);
  });
});

describe("a setting one letter from one of ours", () => {
  const inProject = (name: string) =>
    pulumi.runtime.setMocks({ call: () => ({}), newResource: () => ({ id: "", state: {} }) }, name);
  const near = "payengine:apiUrls is not a setting of payengine; did you mean payengine:apiUrl?.";

  test("is refused, except in a project that is itself called payengine, which is warned", async () => {
    const warn = jest.spyOn(pulumi.log, "warn").mockImplementation(async () => {});
    await inProject("shop");
    pulumi.runtime.setAllConfig({ "payengine:apiUrls": "its own" });
    expect(() => refuseUnknownConfig()).toThrow(new pulumi.RunError(near));
    expect(warn).not.toHaveBeenCalled();
    await inProject("payengine");
    refuseUnknownConfig();
    expect(warn.mock.calls).toEqual([[near]]);
    warn.mockRestore();
    pulumi.runtime.setAllConfig({});
  });
});
