import type { Contract } from "../../provider/payengine/contract";
import { parseJson } from "../../provider/payengine/parse-json";
import { parseContract } from "../../provider/payengine/written-contract";

/** A member of payengine:contract that fits the account's responses. */
export interface ContractChange {
  /** Where in the contract, such as "fields.id". */
  readonly path: string;
  /** The whole value; for `revokedStatuses`, all its words. */
  readonly value: string | readonly string[];
}

/** Where the contract is set: stack config, or the props of an explicit provider. */
export interface ContractPlace {
  /** From the flag; undefined for the selected stack. */
  readonly stack?: string | undefined;
  /** Name of an explicit provider, whose contract the program sets. */
  readonly provider?: string | undefined;
  /** The current contract: "dashboard", or JSON. */
  readonly current?: string | undefined;
}

/** Commands, or a line of the program, that set these members of the contract. */
export function contractLines(changes: readonly ContractChange[], place: ContractPlace): string[] {
  const latest = [...new Map(changes.map((change) => [change.path, change])).values()];
  if (latest.length === 0) return [];
  if (place.provider !== undefined) return [`contract: ${JSON.stringify(contractOf(latest))}`];
  return latest.flatMap(({ path, value }) => {
    const key = `payengine:contract.${path}`;
    if (typeof value === "string") return [setLine(place, ["--path", key, value])];
    const lines = value.map((word, index) => setLine(place, ["--path", `${key}[${index}]`, word]));
    return isText(place.current, path) ? [line(place, "rm", ["--path", key]), ...lines] : lines;
  });
}

/** The contract that has these members, as a program passes it. */
export function contractOf(changes: readonly ContractChange[]): Readonly<Record<string, unknown>> {
  return changes.reduce<Members>((members, change) => withMember(members, change), {});
}

/** A `pulumi config set`, ready for a shell. */
export function setLine(place: ContractPlace, args: readonly string[]): string {
  return line(place, "set", args);
}

function line({ stack }: ContractPlace, verb: "set" | "rm", args: readonly string[]): string {
  const on = stack === undefined ? [] : ["--stack", stack];
  return ["pulumi", "config", verb, ...on, ...args].map((word) => shellWord(word)).join(" ");
}

/** Quotes a word for a shell: words come from PayEngine's responses. */
export function shellWord(word: string, platform = process.platform): string {
  if (platform !== "win32")
    return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
  if (/^[\w./:+-]+$/.test(word)) return word;
  // cmd.exe supports double quotes only. A word that is special even inside them is quoted for PowerShell.
  return /^[\w./:@+=,{}[\] -]+$/.test(word) ? `"${word}"` : `'${word.replaceAll("'", "''")}'`;
}

/** Pulumi's CLI cannot set an element of a string. */
function isText(current: string | undefined, path: string): boolean {
  return typeof Object(parseJson(current ?? ""))[path] === "string";
}

type Members = Readonly<Record<string, unknown>>;

function withMember(members: Members, { path, value }: ContractChange): Members {
  const [first = "", second] = path.split(".");
  return {
    ...members,
    [first]: second === undefined ? value : { ...Object(members[first]), [second]: value },
  };
}

/** The contract with these changes; undefined if the result is invalid. */
export function withChanges(contract: Contract, changes: readonly ContractChange[]): Contract | undefined {
  const { calls, kind: _kind, ...rest } = contract;
  const lines = ["create", "list", "get", "reveal", "revoke", "works"].map((name) => {
    const spec = calls[name as keyof typeof calls];
    return [name, spec === undefined ? "none" : `${spec.method} ${spec.path}`];
  });
  const written: Members = { ...rest, ...Object.fromEntries(lines) };
  const parsed = parseContract(changes.reduce(withMember, written));
  return "contract" in parsed ? parsed.contract : undefined;
}
