import { readCreated, readKey } from "../../provider/payengine/read-answer";
import type { Creation } from "./creations";
import { INEXPRESSIBLE, missing, sure, unseen, unsure } from "./learned";
import type { RecordedCalls } from "./recorded-calls";
import { attempt, type CallLesson, formOf, queryLesson, type Reading, sentLesson } from "./request-form";
import { requestLine } from "./request-line";

// Requests with a key's ID in their paths.

export function revealLesson({ reveal, id, value }: Creation, { contract, base }: Reading): CallLesson {
  const about = "reveal";
  if (reveal === undefined)
    return { line: undefined, lessons: [sure(about, "none: create returns the value")] };
  const { line } = requestLine(reveal, base, id?.value);
  const isRead = attempt(() => readCreated(reveal.raw, contract).value) === value.value;
  const how = `${line} returned ${reveal.status} with the key's value: ${formOf(reveal, "object")}`;
  const first = isRead
    ? sure(about, how)
    : unsure(about, `${how}, which the provider cannot read`, INEXPRESSIBLE);
  return { line, lessons: [first, ...sentLesson(about, reveal), ...queryLesson(about, reveal)] };
}

export function getLesson(
  { id }: Creation,
  { get, failedGet }: RecordedCalls,
  { contract, base }: Reading,
): CallLesson {
  const about = "get";
  const fromList = "single keys are read from the list";
  if (get !== undefined) {
    const { line } = requestLine(get, base, id?.value);
    const isRead = attempt(() => readKey(get.raw, contract).id) === id?.value;
    const how = `${line} returned ${get.status}: ${formOf(get, "object")}`;
    if (isRead) return { line, lessons: [sure(about, how), ...queryLesson(about, get)] };
    return {
      line: undefined,
      lessons: [sure(about, `${how}, which the provider cannot read, so ${fromList}`)],
    };
  }
  if (failedGet !== undefined) {
    const { line } = requestLine(failedGet, base, id?.value);
    return {
      line: undefined,
      lessons: [sure(about, `none: ${line} returned ${failedGet.status} for the live key, so ${fromList}`)],
    };
  }
  const how = `none is used: ${fromList}, which always works. To learn it, open the key's details before you revoke it`;
  return { line: undefined, lessons: [unseen(about, how)] };
}

/** @param guess the usual request, if none was seen. */
export function revokeLesson(
  { id }: Creation,
  calls: RecordedCalls,
  { base }: Reading,
  guess: string,
): CallLesson {
  const about = "revoke";
  const { revoke, revokeProof, hasRivals, idElsewhere } = calls;
  if (revoke === undefined) {
    const todo =
      "revoke the key in the console: it may still be live. Revoke it while you record, or check the guess with `npx pulumi-payengine doctor --write`";
    const elsewhere = idElsewhere && requestLine(idElsewhere, base, undefined).line;
    const first = elsewhere
      ? unsure(
          about,
          `${elsewhere} has the key's ID in its query or body, and the provider sends it in the path`,
          INEXPRESSIBLE,
        )
      : missing(about, `a guess is used: ${guess}`, todo);
    return { line: guess, lessons: [first] };
  }
  const { line } = requestLine(revoke, base, id?.value);
  const how = `${line} returned ${revoke.status}`;
  const first = revokeProof
    ? sure(about, `${how}: ${revokeProof}`)
    : hasRivals
      ? unsure(
          about,
          `${how}, but another request with the key's ID may have revoked it`,
          "record again, and only create, list and revoke the key",
        )
      : unsure(
          about,
          `${how}, but nothing shows that the key was revoked`,
          "reload the page of keys after you revoked the key, and record again",
        );
  return { line, lessons: [first, ...sentLesson(about, revoke), ...queryLesson(about, revoke)] };
}
