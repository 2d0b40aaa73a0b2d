import ms from "ms";
import type { Settings } from "../../provider/config";
import { ApiError, messageOf, NetworkError } from "../../provider/errors";
import { type Finding, fail, pass, skip, warn } from "./finding";
import type { ObservedClient } from "./observed-client";

const LARGEST_SKEW_MS = 60_000;

/** Connection, credential, account and clock, by one call to /merchant. */
export async function accountFindings(client: ObservedClient, settings: Settings): Promise<Finding[]> {
  let problem: unknown;
  const id = await client.api.accountId().catch((error: unknown) => {
    problem = error;
    return undefined;
  });
  if (problem instanceof NetworkError) {
    const todo = "see above; a proxy is set by HTTPS_PROXY, a certificate authority by NODE_EXTRA_CA_CERTS";
    const later = ["credential", "account", "clock"].map((check) => skip(check, "there is no connection"));
    return [fail("connection", problem.message, todo), ...later];
  }
  return [
    connection(settings),
    credential(problem),
    account(id, problem, settings.accountId),
    clock(client.clockAhead()),
  ];
}

function connection({ apiUrl }: Settings): Finding {
  const isSecure = apiUrl.startsWith("https:");
  return pass("connection", `${apiUrl} answers${isSecure ? " over TLS" : ", unencrypted on this machine"}`);
}

function credential(problem: unknown): Finding {
  const check = "credential";
  if (problem === undefined) return pass(check, "PayEngine accepts it");
  if (problem instanceof ApiError && problem.status === 403 && problem.byContract) {
    return pass(check, "PayEngine knows it, and refuses /merchant to its user");
  }
  const isUnknown = problem instanceof ApiError && problem.status === 401;
  const todo = isUnknown
    ? "make a private key in PayEngine's dashboard, and set it with `pulumi config set --secret payengine:apiKey`"
    : "check that payengine:apiUrl is the address of PayEngine's API";
  return fail(check, messageOf(problem), todo);
}

const NO_MERCHANT =
  "every `pulumi up` asks /merchant for the account: have an admin raise this user's role to Admin or Developer in " +
  "PayEngine's dashboard, or use a private key of somebody who has it";

function account(id: string | undefined, problem: unknown, pinned: string | undefined): Finding {
  const check = "account";
  // The provider asks for the account before it makes, reads or revokes a key.
  if (problem instanceof ApiError && problem.status === 403) return fail(check, problem.message, NO_MERCHANT);
  if (problem !== undefined) return skip(check, "/merchant did not answer");
  if (id === undefined) {
    const found = "PayEngine does not say which account this is";
    if (pinned !== undefined) {
      return fail(check, `${found}, but payengine:accountId pins ${pinned}`, "remove payengine:accountId");
    }
    return warn(
      check,
      found,
      "keys can be made; but a key that answers 404 is never taken for deleted, a wrong account is not noticed, and " +
        "`orphans` cannot prove where it looked until it finds a key",
    );
  }
  if (pinned === undefined) {
    return pass(check, `${id}; \`pulumi config set payengine:accountId ${id}\` makes sure of it`);
  }
  if (pinned === id) return pass(check, `${id}, as payengine:accountId pins it`);
  return fail(
    check,
    `the credential belongs to ${id}, but payengine:accountId pins ${pinned}`,
    `use a credential and payengine:apiUrl of ${pinned}`,
  );
}

function clock(ahead: number | undefined): Finding {
  const check = "clock";
  if (ahead === undefined) return skip(check, "PayEngine's answers have no Date");
  if (Math.abs(ahead) <= LARGEST_SKEW_MS) return pass(check, "agrees with PayEngine's to the minute");
  const where = ahead > 0 ? "behind" : "ahead of";
  return warn(
    check,
    `this machine is ${ms(Math.abs(ahead), { long: true })} ${where} PayEngine`,
    "set this machine's clock: dates of rotations and the age that `orphans` asks for rest on it",
  );
}
