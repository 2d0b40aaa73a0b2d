import { uniqueNameIn } from "../../provider/api-key/names";
import type { PayEngineKey } from "../../provider/payengine/read-answer";
import type { ReachedAccount } from "../accounts";
import { ownersOf } from "../key-owners";
import type { AuditedAccount } from "./account-lists";
import type { AuditedKey, Category } from "./audited-key";
import type { LocatedKey } from "./audited-states";

interface LiveKeys {
  readonly keys: readonly AuditedKey[];
  /** Keys that are not named like this provider's. */
  readonly foreign: number;
}

/**
 * Assigns each live key of an account its category.
 *
 * @param namePrefixes prefixes of the caller's key names; empty for any name.
 */
export function liveKeys(
  audited: AuditedAccount,
  recorded: readonly LocatedKey[],
  now: Date,
  namePrefixes: readonly string[],
): LiveKeys {
  const holders = holdersById(recorded);
  const owner = ownersOf(recorded.filter((key) => key.audited === audited && !key.isDamaged));
  const toldOf = (key: PayEngineKey): AuditedKey | undefined => {
    const holding = holders.get(key.id) ?? [];
    const holder = holding.find(({ keyId }) => keyId === key.id) ?? holding[0];
    if (holder !== undefined) return held(key, holder, holding, now);
    const named = owner(key.name);
    if (named !== undefined) return orphaned(key, named);
    if (uniqueNameIn(key.name) === undefined) return undefined;
    const isOther = namePrefixes.length > 0 && !namePrefixes.some((prefix) => key.name.startsWith(prefix));
    return isOther
      ? auditedKey(key, undefined, audited.account, "other", OTHER)
      : auditedKey(key, undefined, audited.account, "unmatched", UNMATCHED);
  };
  const keys = audited.live.map(toldOf).filter((key) => key !== undefined);
  return { keys, foreign: audited.live.length - keys.length };
}

function holdersById(recorded: readonly LocatedKey[]): ReadonlyMap<string, readonly LocatedKey[]> {
  const holders = new Map<string, LocatedKey[]>();
  for (const key of recorded) {
    for (const id of [key.keyId, key.previous?.keyId]) {
      if (id !== undefined) holders.set(id, [...(holders.get(id) ?? []), key]);
    }
  }
  return holders;
}

const UNMATCHED =
  "in none of these states: add its stack, or --all-stacks; if no stack has it, revoke it in PayEngine's dashboard";

const OTHER = "nothing: its name has none of your prefixes";

function held(key: PayEngineKey, holder: LocatedKey, holding: readonly LocatedKey[], now: Date): AuditedKey {
  const account = holder.audited?.account ?? { id: holder.accountId, apiUrl: holder.apiUrl };
  const make = (category: Category, note: string) => auditedKey(key, holder, account, category, note);
  if (holder.keyId !== key.id) {
    const until = holder.previous?.revokeAt;
    if (until === undefined) return make("managed", "previous key");
    const isOver = until <= now;
    return isOver
      ? make("overdue", `its overlap ended ${until.toISOString()}: run pulumi up`)
      : make("managed", `previous key until ${until.toISOString()}`);
  }
  const others = holding.filter(({ urn }) => urn !== holder.urn);
  const sharedWith = others.map(({ resource, source }) => `${resource} of ${source.name}`);
  if (sharedWith.length === 0) return make("managed", "");
  const note = `also held by ${sharedWith.join(", ")}: destroying one revokes it for all`;
  return { ...make("managed", note), sharedWith };
}

/** Same proof as in `orphans`: a state has its name but not its ID, and no operation is running. */
function orphaned(key: PayEngineKey, owner: LocatedKey): AuditedKey {
  const { source, lock, state, mayChangeUntil, audited } = owner;
  const account = audited?.account ?? { id: undefined, apiUrl: owner.apiUrl };
  const make = (category: Category, note: string) => auditedKey(key, owner, account, category, note);
  if (lock !== undefined) return make("unsettled", "the stack is locked: run again when it is free");
  if (mayChangeUntil !== undefined)
    return make("unsettled", `an operation may still be running until ${mayChangeUntil.toISOString()}`);
  // The stack may have changed since the file was written.
  const isOlder = key.createdAt !== undefined && new Date(key.createdAt) <= state.changedAt;
  if (source.isFile && !isOlder) return make("unsettled", key.createdAt === undefined ? UNDATED : TOO_YOUNG);
  const place = source.isFile ? "in its stack" : `--stack ${source.name}`;
  return make("orphaned", `npx pulumi-payengine orphans --revoke ${place}`);
}

const TOO_YOUNG = "created after this state was written: export it again, or use --stack";
const UNDATED = "may have been created after this state was written: use --stack";

function auditedKey(
  key: PayEngineKey,
  owner: LocatedKey | undefined,
  { id: accountId, apiUrl }: Pick<ReachedAccount, "id" | "apiUrl">,
  category: Category,
  note: string,
): AuditedKey {
  const { name: keyName, id: keyId, createdAt, lastUsedAt } = key;
  const { source, resource, urn } = owner ?? {};
  const provider = owner?.state.providers.get(owner.provider)?.values.provider;
  const told = { keyName, keyId, apiUrl, provider, accountId, createdAt, lastUsedAt };
  return { category, source: source?.name, resource, urn, ...told, sharedWith: [], note };
}
