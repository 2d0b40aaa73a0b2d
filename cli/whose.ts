import { Command } from "commander";
import { type WhoseReport, whoseKeys } from "../recovery/whose/whose-keys";
import { EXIT } from "./exit-code";
import { leakedInput } from "./leaked-input";
import { withProgress } from "./progress";
import { addStateFlags, type StateFlags, selectionOf } from "./state-flags";
import { describeWhose } from "./whose-report";

interface Flags extends StateFlags {
  readonly json?: boolean;
}

const HELP = `
Input, on standard input only:
  a key, also in quotes, in an Authorization header, escaped, URL-encoded, in
  base64 or broken into lines; a redacted form such as 3f9a…c21d; or a whole log

The command compares fingerprints (SHA-256) with the states of all stacks. It
decrypts nothing, sends nothing anywhere, changes nothing, and prints no part of
the input. It needs no credential and no passphrase.

Keys that match:
  exact     the input has the key's value
  possible  the input has a redacted form that fits; other keys may fit too

State has the current and the previous key of each resource. A key that was
rotated out before that is revoked, and is not found.

Examples:
  pulumi-payengine whose                    wait for the prompt, paste, press Ctrl-D
  pulumi-payengine whose < app.log          a whole log
  zcat app.log.gz | pulumi-payengine whose --json
  pulumi-payengine whose --stack prod < app.log

Exit codes:
  0  neither a private key nor a provider credential was found
  1  the command failed; or neither was found, and the answer is incomplete: a
     state could not be read, a key could not be compared, or the input is not
     text
  2  a private key or a provider credential was found: do what is printed`;

export function whoseCommand(): Command {
  return (
    addStateFlags(new Command("whose"), "all stacks of the backend")
      .description("Find out whose a leaked key is, and how to replace it (reads state only)")
      .option("--json", "Print JSON")
      .helpOption("-h, --help", "Show help")
      .addHelpText("after", HELP)
      // Commander's own errors would show an argument, which may be a key.
      .allowUnknownOption()
      .allowExcessArguments()
      .action(whose)
  );
}

async function whose({ json, ...flags }: Flags, command: Command): Promise<void> {
  refuseArguments(command.args, flags);
  const isNarrowed = flags.stack.length > 0 || flags.state.length > 0;
  const selection = selectionOf({ ...flags, allStacks: flags.allStacks ?? !isNarrowed });
  const input = await leakedInput();
  const report = await withProgress(({ step: onStep }) => whoseKeys(input, { ...selection, onStep }));
  console.log(json ? JSON.stringify(report, undefined, 2) : describeWhose(report));
  process.exitCode = exitCode(report);
}

/** Hex digits that no name of a stack or path has. */
const KEY_LIKE = /[0-9a-f]{65,}|^pk_[a-z]+_/i;

function refuseArguments(args: readonly string[], { stack, state, cwd = "" }: StateFlags): void {
  if (args.length === 0 && ![...stack, ...state, cwd].some((value) => KEY_LIKE.test(value))) return;
  throw new Error(
    "`whose` reads standard input only. It does not have the argument or flag that you gave, which is not shown here in case " +
      "it is a key. Arguments are visible in the list of processes and in the shell's history: if it was a key, it counts as " +
      "leaked from now on. Run `npx pulumi-payengine whose`, paste the key and press Ctrl-D.",
  );
}

function exitCode({ keys, credentials, unread, isBinary }: WhoseReport): number {
  if (credentials.length > 0 || keys.some(({ type }) => type !== "public")) return EXIT.left;
  return unread.length > 0 || isBinary ? EXIT.failed : EXIT.done;
}
