import { create } from "../../provider/api-key/create";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/schema";
import { update } from "../../provider/api-key/update";
import { completed, type SandboxHarness } from "../sandbox-harness";

/** A new key that rotates by a trigger. */
export class RotatingKey {
  private constructor(
    private readonly harness: SandboxHarness,
    readonly inputs: ApiKeyInputs,
    readonly state: ApiKeyState,
  ) {}

  static async create(harness: SandboxHarness): Promise<RotatingKey> {
    const inputs = harness.inputs({ rotation: { triggers: { leak: 0 }, overlap: "7d" } });
    return new RotatingKey(harness, inputs, completed(await create(harness.context(), inputs)));
  }

  /** The inputs after the program has changed a trigger, and maybe more. */
  triggered(leak: unknown, more: object = {}): ApiKeyInputs {
    return { ...this.inputs, rotation: { triggers: { leak }, overlap: "7d", ...more } };
  }

  async rotate(from: ApiKeyState, to: ApiKeyInputs): Promise<ApiKeyState> {
    return completed(await update(this.harness.context(), from, to));
  }
}
