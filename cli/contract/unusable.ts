import { counted, fewOf } from "../terminal";
import type { Creation } from "./creations";
import { type Exchange, isSuccess } from "./exchanges";
import { hostName, requestLine } from "./request-line";

const RECORD =
  'open the network tab, turn on "Preserve log", create one private key by hand in PayEngine\'s console, reload the page, revoke the key, and export again';

/** Why no contract can be learned from a recording: words that follow the file's name. */
export function unusable(exchanges: readonly Exchange[], creations: readonly Creation[]): string {
  if (exchanges.length === 0) return `has no requests; ${RECORD}.`;
  if (creations.length > 0)
    return `creates only public keys, which do not show how private values are returned; ${RECORD}.`;
  const done = exchanges.filter(isSuccess);
  if (done.length > 0 && done.every(({ text }) => text === "")) return `has no response bodies, ${NO_BODIES}`;
  const writes = exchanges.filter(({ method }) => method !== "GET");
  const [failed] = writes.filter(({ status }) => status >= 400);
  if (failed !== undefined && !writes.some(isSuccess)) {
    const { line } = requestLine(failed, 0, undefined);
    return `has no key: ${line} returned ${failed.status}, and no other request created one. Correct what the console reported, then ${RECORD}.`;
  }
  const without = writes.find(
    (it) => isSuccess(it) && it.method === "POST" && it.status !== 204 && it.text === "",
  );
  if (without !== undefined)
    return `does not have the response of ${requestLine(without, 0, undefined).line}, ${NO_BODIES}`;
  const hosts = [...new Set(exchanges.map(({ host }) => hostName(host)))];
  return `has nothing that creates a key: ${counted(exchanges.length, "request")} to ${counted(hosts.length, "host")} (${fewOf(hosts)}); ${RECORD}.`;
}

const NO_BODIES =
  'so it does not show how keys are returned. In Chrome, keep the developer tools open while you record, and use "Export HAR (with sensitive ' +
  'data)"; in Firefox, use "Save All As HAR" before you leave the page. Then record again.';
