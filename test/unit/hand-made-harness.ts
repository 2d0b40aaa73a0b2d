import type { Settings } from "../../provider/api-key/context";
import { adoptHandMade } from "../../provider/api-key/hand-made";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/schema";
import { DASHBOARD } from "../../provider/payengine/contract";
import { fingerprint } from "../../provider/payengine/key-value";
import { completed, newInputs, SandboxHarness } from "../sandbox-harness";

/** A private key that was created in the dashboard. */
export interface ByHand {
  readonly id: string;
  readonly token: string;
}

/** The part of a value that messages show. */
export const shown = (token: string) => `${token.slice(0, 4)}…${token.slice(-4)}`;

/** An account whose keys can only be created in the dashboard, and a resource that adopted one. */
export class HandMadeHarness {
  readonly name = newInputs().uniqueName;

  private constructor(readonly harness: SandboxHarness) {}

  static async open(): Promise<HandMadeHarness> {
    return new HandMadeHarness(await SandboxHarness.open());
  }

  context(settings: Partial<Settings> = {}) {
    return this.harness.context({ contract: DASHBOARD, ...settings });
  }

  async make(): Promise<ByHand> {
    const { id = "", value = "" } = await this.harness
      .context()
      .client.createKey({ name: "by Ann", type: "private" });
    return { id, token: value };
  }

  /** The inputs that check returns for a program with this value. */
  asked({ token }: { token: string }, more: Partial<ApiKeyInputs> = {}): ApiKeyInputs {
    const adopting = { madeByHand: true, adoptedFingerprint: fingerprint(token) };
    return this.harness.inputs({ uniqueName: this.name, ...adopting, ...more });
  }

  async taken(key: ByHand): Promise<ApiKeyState> {
    return completed(await adoptHandMade(this.context(), this.asked(key), key));
  }

  /** An outage after this many requests. */
  async everybodyGets401(skip = 0): Promise<void> {
    await this.harness.control.addFault({
      operation: "any",
      kind: "statusBeforeCommit",
      status: 401,
      message: "E121: Invalid API key",
      skip,
      times: "always",
    });
  }
}
