import ms from "ms";
import type { Settings } from "../../provider/api-key/context";
import { ApiError, messageOf, NetworkError } from "../../provider/payengine/errors";
import type { Place } from "../../provider/payengine/read-answer";
import { LARGEST_SKEW_MS } from "../../provider/payengine/server-clock";
import { shapeOf, told } from "../contract/shape";
import { type Finding, fail, pass, skip, warn } from "./finding";
import type { Observer, Seen } from "./observer";
import { reasonOf } from "./refusal";

const NOTHING_TOLD: Place = { accountIds: [], merchantIds: [] };

/** Checks connection, credential, the call `works` and the clock with one request. */
export async function worksFindings(
  observer: Observer,
  settings: Settings,
): Promise<{ findings: Finding[]; place: Place }> {
  const seen = await observer.ask("works", (client) => client.place());
  if (seen.error instanceof NetworkError) {
    const todo =
      "fix the problem above; HTTPS_PROXY sets a proxy, NODE_EXTRA_CA_CERTS a certificate authority";
    const later = ["credential", "works", "clock"].map((check) => skip(check, "there is no connection"));
    return { findings: [fail("connection", seen.error.message, todo), ...later], place: NOTHING_TOLD };
  }
  const findings = [connection(settings), credential(seen), works(seen), clock(observer.clockAhead())];
  return { findings, place: seen.value ?? NOTHING_TOLD };
}

function connection({ apiUrl }: Settings): Finding {
  const isSecure = apiUrl.startsWith("https:");
  return pass(
    "connection",
    `${apiUrl} responds${isSecure ? " over TLS" : " over plain HTTP on this machine"}`,
  );
}

const CHECK_THESE =
  "check that the private key is complete and not revoked, that it belongs to the account at payengine:apiUrl (production " +
  'and sandbox are separate accounts), and that payengine:contract.authorization is right (default "Basic {key}"). ' +
  "No other header was tried, to protect the secret";

function credential({ error, value, response, line }: Seen): Finding {
  const check = "credential";
  if (value !== undefined) return pass(check, "PayEngine accepts it");
  const reason = reasonOf({ error, response });
  if (reason === "permission") return pass(check, `PayEngine accepts it, but its user may not send ${line}`);
  if (reason === "credential" || reason === "console only") {
    const code = error instanceof ApiError && error.code !== undefined ? ` (${error.code})` : "";
    const how = reason === "console only" ? " (jwt malformed)" : code;
    return fail(check, `PayEngine returned ${response?.status} for it${how}`, CHECK_THESE);
  }
  return fail(check, messageOf(error), "check that payengine:apiUrl is the address of PayEngine's API");
}

function works({ value, raw, response, line }: Seen): Finding {
  const check = "works";
  if (value === undefined) return skip(check, `${line} returned nothing about the account`);
  return pass(check, `${line} returned ${response?.status}: ${told(shapeOf(raw, "list"))}`);
}

function clock(ahead: number | undefined): Finding {
  const check = "clock";
  if (ahead === undefined) return skip(check, "PayEngine's responses have no Date");
  if (Math.abs(ahead) <= LARGEST_SKEW_MS) return pass(check, "within a minute of PayEngine's clock");
  const where = ahead > 0 ? "behind" : "ahead of";
  return warn(
    check,
    `this machine is ${ms(Math.abs(ahead), { long: true })} ${where} PayEngine`,
    "set this machine's clock: rotation dates and the age check of `orphans` depend on it",
  );
}
