import type { Contract } from "../../provider/payengine/contract";
import type { Exchange } from "./exchanges";
import { INEXPRESSIBLE, type Lesson, unsure } from "./learned";
import { isPlainName } from "./plain-words";
import { isObject, type Shape, shapeOf, told } from "./shape";

/** A request as the contract has it, and what is certain about it. */
export interface CallLesson {
  /** Undefined for the contract's "none". */
  readonly line: string | undefined;
  readonly lessons: readonly Lesson[];
}

/** How the requests of a recording are read and shown. */
export interface Reading {
  /** With the learned fields. */
  readonly contract: Contract;
  /** Number of parts of the path that belong to the API's address. */
  readonly base: number;
}

/** For a body of another request than `create`. */
export function sentLesson(about: string, { sentAs, sent }: Exchange): Lesson[] {
  if (sentAs === "nothing" || (isObject(sent) && Object.keys(sent).length === 0)) return [];
  const names = named(Object.keys(Object(sent)));
  return [unsure(about, `the console sends a body${names}, and the provider sends none`, INEXPRESSIBLE)];
}

/** For a query of another request than `list`. */
export function queryLesson(about: string, { query }: Exchange): Lesson[] {
  if (query.length === 0) return [];
  const names = named(query.map(([name]) => name));
  return [unsure(about, `the request has a query${names}, and the provider sends none`, INEXPRESSIBLE)];
}

/** Names in brackets, if all of them are names of fields. */
export function named(names: readonly string[]): string {
  return names.length > 0 && names.every(isPlainName) ? ` (${names.join(", ")})` : "";
}

/** What a reader of the provider returns; undefined if it cannot read the response. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** The form of a response in a few words, without the number of its entries. */
export function formOf({ raw }: Exchange, wanted: "list" | "object"): string {
  const shape: Shape = { ...shapeOf(raw, wanted), count: undefined };
  const isPlain = shape.at === "" || shape.at.split(".").every(isPlainName);
  return told(isPlain ? shape : { ...shape, at: "an inner object" });
}
