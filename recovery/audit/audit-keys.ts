import { AccountPool, presentOf } from "../accounts";
import type { RecoveryOptions } from "../operation-time";
import type { PulumiStack } from "../pulumi/pulumi-stack";
import { type StateSource, stateOfStack } from "../pulumi/state-source";
import type { SourceProblem } from "../unreached";
import type { AuditedKey, Category } from "./audited-key";
import { readAudited } from "./audited-states";
import { goneKeys } from "./gone-keys";
import { agedKeys } from "./key-age";
import { liveKeys } from "./live-keys";

/** How the live keys of accounts compare with the given states. */
export interface AuditReport {
  /** The format of the report. It changes when a field is removed or gets another meaning. */
  readonly schemaVersion: 1;
  /** The time with which ages and dates were compared (ISO 8601): this machine's, or PayEngine's if the two differ. */
  readonly checkedAt: string;
  /** The age from which a key counts as unrotated, in milliseconds; undefined if none was given. */
  readonly maxAge: number | undefined;
  /** Names of the stacks and paths of the files. */
  readonly sources: readonly string[];
  /** The accounts that the states' providers reach, with counts of live keys. */
  readonly accounts: readonly {
    /** The account ID, if PayEngine returns it. */
    readonly id: string | undefined;
    /** Address of the API. */
    readonly apiUrl: string;
    /** All live keys, including foreign ones. */
    readonly live: number;
    /** Live keys whose names do not look like this provider's. */
    readonly foreign: number;
  }[];
  /** Every key in a state, and every live key that is named like this provider's keys. */
  readonly keys: readonly AuditedKey[];
  /** What could not be checked. `resources` is empty if it is a whole state. */
  readonly unreached: readonly SourceProblem[];
  /** Keys that no request can check, which is not an error: keys created by hand, and accounts where only people create keys. */
  readonly notAudited: readonly SourceProblem[];
}

/** How to compare accounts with states. */
export interface AuditOptions extends RecoveryOptions {
  /**
   * Prefixes of your key names, such as "shop-", for an account that you share with other teams. A live key in none of the
   * given states counts as unmatched if its name has one of these prefixes, otherwise as other. Default: any name.
   */
  readonly namePrefixes?: readonly string[] | undefined;
  /** A current key of a state that is older than this, in milliseconds, counts as unrotated. Default: any age is allowed. */
  readonly maxAge?: number | undefined;
}

/**
 * Compares the live keys of accounts with the given states. Changes nothing.
 *
 * @param sources stacks from `openStack`, and files from `openStateFile`. A key of any other stack counts as unmatched.
 * @throws Error if no state can be read. The report names states that cannot be read and accounts that cannot be reached.
 */
export async function auditKeys(
  sources: readonly (PulumiStack | StateSource)[],
  options: AuditOptions = {},
): Promise<AuditReport> {
  const pool = new AccountPool(options.onWarning);
  const states = sources.map((source) => ("load" in source ? source : stateOfStack(source)));
  try {
    const audited = await readAudited(pool, states, options);
    const now = options.now?.() ?? presentOf(audited.accounts);
    const listed = audited.accounts.map((it) => ({
      it,
      ...liveKeys(it, audited.keys, now, options.namePrefixes ?? []),
    }));
    const gone = await goneKeys(audited, now, options);
    const all = onceEach([...listed.flatMap(({ keys }) => keys), ...gone.keys]);
    const { maxAge } = options;
    const aged = agedKeys(all, audited.keys, now, maxAge ?? Number.POSITIVE_INFINITY);
    return {
      schemaVersion: 1,
      checkedAt: now.toISOString(),
      maxAge,
      sources: audited.sources,
      accounts: listed.map(({ it: { account, live }, foreign }) => ({
        id: account.id,
        apiUrl: account.apiUrl,
        live: live.length,
        foreign,
      })),
      keys: aged.keys,
      unreached: [...audited.unreached, ...gone.unreached, ...(maxAge === undefined ? [] : aged.unreached)],
      notAudited: audited.notAudited,
    };
  } finally {
    await pool.close();
  }
}

const UNOWNED: readonly Category[] = ["unmatched", "other"];

/** Removes duplicates: two lists may be of one account, at two addresses or while the list changes. */
function onceEach(keys: readonly AuditedKey[]): AuditedKey[] {
  const byId = new Map<string, AuditedKey>();
  for (const key of keys) {
    const known = byId.get(key.keyId);
    if (known === undefined || UNOWNED.includes(known.category)) byId.set(key.keyId, key);
  }
  return [...byId.values()].sort((left, right) => left.keyName.localeCompare(right.keyName));
}
