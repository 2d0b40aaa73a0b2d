import { messageOf, sentence } from "../payengine/errors";
import type { Context } from "./context";
import { nextName } from "./names";
import { type Attempts, leftNothing, lostLatest } from "./pending";
import { type Posted, postKey } from "./post";
import { clearUp } from "./settle";
import type { IssuedKey } from "./state";

/** Attempts that one create or update makes. */
const MAX_ATTEMPTS = 3;

/** Which key to make. */
export interface Wanted {
  readonly uniqueName: string;
  readonly type: string;
  readonly generation: number;
  /** What an error says could not be done, such as `create the key "n"`. */
  readonly goal: string;
  /** The resource is not in state yet. */
  readonly isCreation: boolean;
  /** Ids of the keys of this resource that consumers use. */
  readonly keep: readonly string[];
  readonly before: Attempts;
}

/** What became of a wish for a key. Where it failed, `attempts` tell whether one may live. */
export type Issued =
  | { readonly kind: "issued"; readonly key: IssuedKey; readonly attempts: Attempts }
  | { readonly kind: "failed"; readonly reason: string; readonly attempts: Attempts };

/**
 * Makes a key whose value is known.
 *
 * post → issued: done
 *      → refused (certainly no key): give up
 *      → wrong (another key than the one asked for): revoke it, give up
 *      → lost (there may be a key): clear up (find it by its name and revoke it), then post again
 */
export async function issueKey(context: Context, wanted: Wanted): Promise<Issued> {
  const { uniqueName, generation, keep } = wanted;
  let attempts = wanted.before;
  let reason = "";
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const name = nextName(uniqueName, attempts.latest, generation);
    attempts = { ...attempts, latest: name };
    const posted = await post(context, wanted, name);
    if (posted.kind === "issued") return { kind: "issued", key: posted.key, attempts };
    reason = posted.reason;
    if (posted.kind === "refused") break;
    attempts = lostLatest(context, attempts, posted.keyId);
    try {
      if (!wanted.isCreation && (await context.engine.isGone())) throw new Error(ENGINE_GONE);
      attempts = (await clearUp(context, uniqueName, attempts, keep)).attempts;
    } catch (error) {
      reason = `${reason}; and clearing up failed: ${messageOf(error)}`;
      break;
    }
    // It bears another name: if it is not certainly revoked, only its id tells of it.
    if (posted.kind === "wrong") break;
    attempts = { ...attempts, strayId: undefined };
  }
  return {
    kind: "failed",
    reason: `Could not ${wanted.goal}: ${sentence(reason)} ${fateOf(attempts)}`,
    attempts,
  };
}

/** Another `up` may already make keys of the same resource, which must not be swept away. */
const ENGINE_GONE = "Pulumi's engine has ended";

async function post(context: Context, wanted: Wanted, name: string): Promise<Posted> {
  if (await context.engine.isGone()) return { kind: "refused", reason: ENGINE_GONE };
  // The engine forgets the name of a creation when this process is killed; that of an update stands in state.
  const problem = wanted.isCreation ? await context.watchdog.expect(wanted.uniqueName) : undefined;
  return problem === undefined ? postKey(context, name, wanted.type) : { kind: "refused", reason: problem };
}

function fateOf(attempts: Attempts): string {
  return leftNothing(attempts)
    ? "No key was left behind."
    : "A key of that name may exist and nobody knows its value.";
}
