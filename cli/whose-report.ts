import type { KnownCredential } from "../recovery/whose/known-keys";
import type { FoundKey, WhoseReport } from "../recovery/whose/whose-keys";
import { hanging, hostOf, renderRecords, shortTime } from "./layout";
import { sourceProblemLine } from "./problem-lines";
import { counted, fewOf, printable } from "./terminal";

const HEAD = ["MATCH", "KEY", "STACK", "RESOURCE", "KEY NAME", "KEY ID", "ACCOUNT", "CREATED", "URN"];

/** Text for a person. */
export function describeWhose(report: WhoseReport): string {
  const { keys, credentials, unread } = report;
  return [
    ...unread.map((it) => sourceProblemLine(it, "Not compared")),
    ...(keys.length > 0 ? [renderRecords(HEAD, keys.map(rowOf))] : []),
    ...keys.flatMap(stepLines),
    ...credentials.map((it) => hanging("", printable(credentialText(it)))),
    ...summary(report).map((line) => hanging("", printable(line))),
  ].join("\n");
}

function rowOf(key: FoundKey): string[] {
  const { match, which, type, generation, revokeAt, source, resource, urn } = key;
  const until = revokeAt === undefined ? "" : ` until ${shortTime(revokeAt)}`;
  const account = key.accountId ?? key.pinnedAccountId;
  const host = hostOf(key.apiUrl);
  return [
    match,
    `${which} ${type ?? ""} key${until}, generation ${generation}`,
    source,
    resource,
    key.keyName ?? "-",
    key.keyId ?? "-",
    account === undefined ? host : `${account} at ${host}`,
    key.createdAt === undefined ? "-" : shortTime(key.createdAt),
    urn,
  ];
}

/** Each command is one line, to copy. */
function stepLines(key: FoundKey): string[] {
  const { match, which, source, resource, project, isOfThisProject, note, commands } = key;
  const place = isOfThisProject ? "" : ` (in the folder of the project ${project})`;
  const condition = match === "exact" ? "Replace" : "If it is this key, replace";
  const name = `${which === "previous" ? "the previous key of " : ""}${resource} of ${source}`;
  const head = commands.length === 0 ? `${name}:` : `${condition} ${name}${place}:`;
  return [
    hanging("", printable(head)),
    ...(note === "" ? [] : [hanging("  ", printable(`${note.charAt(0).toUpperCase()}${note.slice(1)}.`))]),
    ...commands.map((command) => `  ${printable(command)}`),
  ];
}

function credentialText({ source, apiUrl, keys }: KnownCredential): string {
  return (
    `A provider credential, which created ${counted(keys, "key")} of ${source} at ${hostOf(apiUrl)}. Revoke it in ` +
    'PayEngine\'s dashboard now, then follow "The provider credential leaked" in docs/break-glass.md.'
  );
}

function summary(report: WhoseReport): string[] {
  const { keys, credentials, sources, keyCount, unread, hasCandidate, hasUnknownPublicKey, isBinary } =
    report;
  const compared = `${counted(keyCount, "key")}${sources.length === 0 ? "" : ` of ${fewOf(sources)}`}`;
  const isFound = keys.length + credentials.length > 0;
  const exact = keys.filter(({ match }) => match === "exact").length;
  const possible = keys.length - exact;
  const counts = [
    ...(exact > 0 ? [`the ${exact === 1 ? "value" : "values"} of ${counted(exact, "key")}`] : []),
    ...(possible > 0 ? [`a redacted form that fits ${counted(possible, "key")}`] : []),
    ...(credentials.length > 0 ? ["a provider credential"] : []),
  ];
  return [
    ...(hasUnknownPublicKey ? [UNKNOWN_PUBLIC] : []),
    ...(isBinary ? [BINARY] : []),
    ...(isFound || hasCandidate || isBinary ? [] : [NO_CANDIDATE]),
    isFound
      ? `The input has ${counts.join(" and ")}. Compared with ${compared}.`
      : unread.length > 0
        ? `Not in the stacks that could be read: compared with ${compared}. It may be in the others.`
        : `Not in these stacks: compared with ${compared}.${hasCandidate && !hasUnknownPublicKey ? ` ${ELSEWHERE}` : ""}`,
  ];
}

const UNKNOWN_PUBLIC =
  "The input has a public key that is in none of these stacks. A public key is meant to be public: no incident.";
const BINARY =
  "The input is not text, so a key in it may not have been seen. Unpack or decompress it, and run this again.";
/** Most texts have something that can be a key, so this claims nothing about the input. */
const ELSEWHERE =
  "A key that was replaced earlier is revoked, and is not in state. For a key from elsewhere, see docs/leaked-key.md.";
const NO_CANDIDATE =
  "Nothing in the input looks like a key: no value of 20 to 512 characters, and no redacted form such as 3f9a…c21d.";
