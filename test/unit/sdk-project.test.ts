import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { refuseUnknownConfig, warnOfPlaintextCredential } from "../../sdk/config";
import { requireProviderIn } from "../../sdk/resolution";

describe("the project's folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "payengine-project-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is refused with the install command if the package is missing, and accepted otherwise", () => {
    expect(() => requireProviderIn(folder)).toThrow(
      new pulumi.RunError(
        `The Pulumi project in ${folder} cannot load pulumi-payengine, so no key can be created, refreshed or revoked. ` +
          "Run `npm install pulumi-payengine` in that folder (or use pnpm add or yarn add).",
      ),
    );
    expect(() => requireProviderIn(process.cwd())).not.toThrow();
  });
});

describe("a credential in stack config", () => {
  const warn = jest.spyOn(pulumi.log, "warn").mockImplementation(async () => {});
  afterAll(() => warn.mockRestore());
  const key = "payengine:apiKey";

  test("causes one warning per program if it is in plaintext, and none if it is secret or not set", () => {
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
        "payengine:apiKey is in the stack's config in plaintext. Run `pulumi config set --secret payengine:apiKey` to " +
          "encrypt it. If the file was ever shared, create another private key and use that one.",
      ],
    ]);
  });
});

describe("a config key that differs from a setting in one letter", () => {
  const inProject = (name: string) =>
    pulumi.runtime.setMocks({ call: () => ({}), newResource: () => ({ id: "", state: {} }) }, name);
  const near = "payengine:apiUrls is not a payengine setting; did you mean payengine:apiUrl?";

  test("is refused, except in a project called payengine, which gets a warning", async () => {
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
