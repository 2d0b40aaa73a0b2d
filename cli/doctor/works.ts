import ms from "ms";
import type { Settings } from "../../provider/api-key/context";
import { ApiError, messageOf, NetworkError } from "../../provider/payengine/errors";
import type { Place } from "../../provider/payengine/read-answer";
import { LARGEST_SKEW_MS } from "../../provider/payengine/server-clock";
import { type Finding, fail, pass, skip, warn } from "./finding";
import type { Observer, Seen } from "./observer";
import { reasonOf } from "./refusal";
import { shapeOf, told } from "./shape";

const NOTHING_TOLD: Place = { accountIds: [], merchantIds: [] };

/** Connection, credential, the call `works`, and clock: all by one request. */
export async function worksFindings(
  observer: Observer,
  settings: Settings,
): Promise<{ findings: Finding[]; place: Place }> {
  const seen = await observer.ask("works", (client) => client.place());
  if (seen.error instanceof NetworkError) {
    const todo = "see above; a proxy is set by HTTPS_PROXY, a certificate authority by NODE_EXTRA_CA_CERTS";
    const later = ["credential", "works", "clock"].map((check) => skip(check, "there is no connection"));
    return { findings: [fail("connection", seen.error.message, todo), ...later], place: NOTHING_TOLD };
  }
  const findings = [connection(settings), credential(seen), works(seen), clock(observer.clockAhead())];
  return { findings, place: seen.value ?? NOTHING_TOLD };
}

function connection({ apiUrl }: Settings): Finding {
  const isSecure = apiUrl.startsWith("https:");
  return pass("connection", `${apiUrl} answers${isSecure ? " over TLS" : ", unencrypted on this machine"}`);
}

const CHECK_THESE =
  "check that the private key is whole, as PayEngine showed it, and not revoked; that it belongs to the account at " +
  'payengine:apiUrl (production and sandbox are separate accounts); and payengine:contract.authorization, "Basic {key}" ' +
  "by default. Nothing else was tried: a secret is not sent in guessed ways";

function credential({ error, value, response, line }: Seen): Finding {
  const check = "credential";
  if (value !== undefined) return pass(check, "PayEngine accepts it");
  const reason = reasonOf({ error, response });
  if (reason === "permission") return pass(check, `PayEngine knows it, and refuses ${line} to its user`);
  if (reason === "credential" || reason === "console only") {
    const code = error instanceof ApiError && error.code !== undefined ? ` (${error.code})` : "";
    const how = reason === "console only" ? " (jwt malformed)" : code;
    return fail(check, `PayEngine answers ${response?.status} to it${how}`, CHECK_THESE);
  }
  return fail(check, messageOf(error), "check that payengine:apiUrl is the address of PayEngine's API");
}

function works({ value, raw, response, line }: Seen): Finding {
  const check = "works";
  if (value === undefined) return skip(check, `${line} did not tell of the account`);
  return pass(check, `${line} answers ${response?.status}: ${told(shapeOf(raw, "list"))}`);
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
