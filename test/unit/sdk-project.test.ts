import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { warnOfPlaintextCredential } from "../../sdk/config";
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
