import { type CommandPlace, commandLine } from "../pulumi/command-line";
import type { RecordedKey } from "../pulumi/recorded-key";
import type { HeldKey } from "./known-keys";

/** What to do about a leaked key. */
export interface Replacement {
  /** Commands in order, for a POSIX shell. */
  readonly commands: readonly string[];
  /** What to know, or what to do around the commands; empty if they are enough. */
  readonly note: string;
}

/** How to replace a key whose value has leaked, or to revoke it if it is no longer in use. */
export function replacementOf({ key, which }: HeldKey, place: CommandPlace, now: Date): Replacement {
  const { type, isMadeByHand, isReplaced } = key;
  if (type === "public") return { commands: [], note: "a public key is meant to be public: no incident" };
  if (isMadeByHand) return handMade(key, which, place);
  if (isReplaced)
    return { commands: [commandLine("pulumi up", place)], note: "already replaced: the command revokes it" };
  return which === "previous" ? previous(key, place, now) : current(key, place);
}

/** A replacement revokes the previous key too. */
function current(key: RecordedKey, place: CommandPlace): Replacement {
  const notes = [
    ...(key.adoptedKeyId === undefined
      ? []
      : ["adopted: if the program still has `adopt`, remove it before the first command"]),
    ...(key.previous === undefined ? [] : ["the previous key is revoked too"]),
  ];
  return replaced(key, place, notes);
}

function replaced(key: RecordedKey, place: CommandPlace, notes: readonly string[]): Replacement {
  const { urn, keyId, isProtected, isRetained, adoptedKeyId } = key;
  const left = `the option retainOnDelete keeps the old key live: afterwards, revoke ${keyId} in PayEngine's dashboard`;
  return {
    commands: [
      ...(adoptedKeyId === undefined ? [] : [commandLine("pulumi up", place)]),
      ...(isProtected ? [commandLine("pulumi state unprotect", place, [urn])] : []),
      commandLine("pulumi up", place, ["--replace", urn]),
    ],
    note: [...notes, ...(isRetained ? [left] : [])].join("; "),
  };
}

function previous(key: RecordedKey, place: CommandPlace, now: Date): Replacement {
  const { keyId, revokeAt } = key.previous ?? {};
  if (revokeAt !== undefined && revokeAt <= now)
    return {
      commands: [commandLine("pulumi up", place)],
      note: "its overlap is over: the command revokes it",
    };
  return replaced(key, place, [
    `this revokes the current key too; to keep that one, revoke ${keyId} in PayEngine's dashboard and run \`pulumi refresh\` instead`,
  ]);
}

/** Only people create and revoke it. Before the provider takes a third value, the previous one must be revoked. */
function handMade(key: RecordedKey, which: HeldKey["which"], place: CommandPlace): Replacement {
  const up = commandLine("pulumi up", place);
  const refresh = commandLine("pulumi refresh", place);
  if (key.isReplaced)
    return { commands: [up], note: "made by hand: revoke it in PayEngine's dashboard, then run this" };
  if (which === "previous")
    return { commands: [refresh], note: "made by hand: revoke it in PayEngine's dashboard, then run this" };
  const next =
    "create another private key in PayEngine's dashboard, set adopt.token to it, and run `pulumi up`; then revoke the leaked " +
    "key there, and run `pulumi refresh`";
  if (key.previous === undefined) return { commands: [up, refresh], note: `made by hand: ${next}` };
  return {
    commands: [refresh, up, refresh],
    note: `made by hand: revoke the previous key in PayEngine's dashboard, and run \`pulumi refresh\`; then ${next}`,
  };
}
