import type { Fixture } from "../e2e/harness/fixture";
import { changeState, plantKey, provider, root, storedKey } from "./planted-state";

/** A unique name as the provider creates it, with equal digits. */
export function keyNameOf(resource: string, digit: number): string {
  return `shop-dev-${resource}-${String(digit).repeat(10)}`;
}

/** A stack whose state has one working key, of the resource "web". */
export async function projectWithKey(fixture: Fixture) {
  const project = await fixture.project({});
  const at = provider("dev");
  const made = await plantKey(fixture, keyNameOf("web", 1));
  await changeState(project, (state) => {
    state.resources = [root("dev"), at, storedKey(at, "web", keyNameOf("web", 1), made.outputs)];
  });
  return { project, at, made };
}
