import { DEFAULT_API_URL, isLoopback } from "../../provider/payengine/settings";
import type { Creation } from "./creations";
import { type Exchange, isSuccess } from "./exchanges";
import { type Lesson, sure, unseen, unsure } from "./learned";
import type { RecordedCalls } from "./recorded-calls";
import { addressOf } from "./request-line";

/** PayEngine's own hosts. A console under another brand has another one. */
const PAYENGINE = /(^|\.)payengine\.(co|dev)$/;

/** The API's address, and what shows it. */
export interface AddressLesson {
  /** Number of parts of a path that belong to the address. */
  readonly base: number;
  readonly url: string;
  readonly lesson: Lesson;
  readonly works: Lesson;
}

/** Splits the requests' addresses: GET /merchant shows where the API's address ends, otherwise "/api" does. */
export function addressLesson(
  creation: Creation,
  calls: RecordedCalls,
  exchanges: readonly Exchange[],
): AddressLesson {
  const { create, reveal } = creation;
  const requests = [create, ...calls.lists, reveal, calls.get, calls.revoke].flatMap((it) => it ?? []);
  const [first = []] = [create.segments];
  const isBase = (count: number) =>
    requests.every(({ segments }) => segments.slice(0, count).join("/") === first.slice(0, count).join("/"));
  const merchant = exchanges.find(
    (it) =>
      isSuccess(it) &&
      it.method === "GET" &&
      it.origin === create.origin &&
      it.segments.at(-1) === "merchant" &&
      isPrefix(it.segments.slice(0, -1), first) &&
      isBase(it.segments.length - 1),
  );
  const base = merchant ? merchant.segments.length - 1 : first[0] === "api" && isBase(1) ? 1 : 0;
  const { line: url, hidden } = addressOf(create, base);
  const works = merchant
    ? sure("works", `GET /merchant returned ${merchant.status}`)
    : unseen("works", "GET /merchant applies, which PayEngine publishes");
  return { base, url, works, lesson: urlLesson(url, hidden) };
}

function urlLesson(url: string, hidden: readonly string[]): Lesson {
  const about = "address";
  const { protocol, hostname } = new URL(url.replaceAll(/[<>]/g, ""));
  if (hidden.length > 0)
    return unsure(
      about,
      `${url}: a part looks like an ID or a secret, so it is not shown`,
      "replace that part in the command with the recorded one",
    );
  if (protocol === "http:" && !isLoopback(hostname))
    return unsure(
      about,
      `${url} is plain HTTP, and the provider requires https`,
      "use the console's https address",
    );
  if (!isLoopback(hostname) && !PAYENGINE.test(hostname))
    return unsure(
      about,
      `${url} is not an address of payengine.co or payengine.dev`,
      "check that it is your console's address: the provider sends your private key there",
    );
  return sure(about, url === DEFAULT_API_URL ? `${url}, the default` : url);
}

function isPrefix(part: readonly string[], whole: readonly string[]): boolean {
  return part.every((it, index) => it === whole[index]);
}
