import { type Exchange, isSuccess } from "./exchanges";
import { isObject } from "./shape";

/** An object of a response. */
export type Fields = Readonly<Record<string, unknown>>;

const DEEPEST = 3;
/** Longer texts are neither IDs nor names. */
const LONGEST = 200;

/** Where the values of a recording come back, found in one pass because a recording may have very many requests. */
export class Traces {
  private readonly firstInPath = new Map<string, number>();
  private readonly lastInPath = new Map<string, number>();
  private readonly lastListed = new Map<string, { readonly index: number; readonly entry: Fields }>();

  constructor(exchanges: readonly Exchange[]) {
    for (const [index, exchange] of exchanges.entries()) {
      for (const part of exchange.segments)
        if (!this.firstInPath.has(part)) this.firstInPath.set(part, index);
      if (isSuccess(exchange)) this.note(exchange, index);
    }
  }

  private note({ origin, segments, raw }: Exchange, index: number): void {
    for (const part of segments) this.lastInPath.set(`${origin} ${part}`, index);
    for (const entry of entriesIn(raw))
      for (const text of textsIn(entry))
        if (text.length <= LONGEST) this.lastListed.set(`${origin} ${text}`, { index, entry });
  }

  /** Whether no path up to this request has the value. */
  isNew(value: string, index: number): boolean {
    const first = this.firstInPath.get(value);
    return first === undefined || first > index;
  }

  /** Whether the path of a later request to the same place has the value. */
  isUsed(value: string, { origin }: Exchange, index: number): boolean {
    return (this.lastInPath.get(`${origin} ${value}`) ?? -1) > index;
  }

  /** The entry of a later list that has the value. */
  listed(value: string, { origin }: Exchange, index: number): Fields | undefined {
    const last = this.lastListed.get(`${origin} ${value}`);
    return last !== undefined && last.index > index ? last.entry : undefined;
  }
}

/** Objects of a response that are not in lists, the outermost first. */
export function* objectsIn(raw: unknown, depth = 0): Generator<Fields> {
  if (!isObject(raw) || depth > DEEPEST) return;
  yield raw;
  for (const value of Object.values(raw)) yield* objectsIn(value, depth + 1);
}

/** Objects in the lists of a response. */
export function entriesIn(raw: unknown, depth = 0): readonly Fields[] {
  if (depth > DEEPEST) return [];
  if (Array.isArray(raw)) return raw.filter(isObject);
  return isObject(raw) ? Object.values(raw).flatMap((value) => entriesIn(value, depth + 1)) : [];
}

/** The texts and numbers of an object. */
export function textsIn(object: Fields): readonly string[] {
  return Object.values(object).flatMap((value) =>
    typeof value === "string" || typeof value === "number" ? [String(value)] : [],
  );
}
