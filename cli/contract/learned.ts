/** How certain a recording makes something. */
export type Certainty = "sure" | "not sure" | "not seen";

/** What a recording shows about one part of the contract. */
export interface Lesson {
  /** The part of the contract, such as "create". */
  readonly about: string;
  readonly certainty: Certainty;
  readonly found: string;
  /** What a person must decide or do. */
  readonly todo?: string;
}

export function sure(about: string, found: string): Lesson {
  return { about, certainty: "sure", found };
}

export function unsure(about: string, found: string, todo: string): Lesson {
  return { about, certainty: "not sure", found, todo };
}

/** @param found what applies instead. */
export function unseen(about: string, found: string): Lesson {
  return { about, certainty: "not seen", found };
}

/** For a part that the contract needs. */
export function missing(about: string, found: string, todo: string): Lesson {
  return { about, certainty: "not seen", found, todo };
}

/** What to do about a form that payengine:contract cannot express. */
export const INEXPRESSIBLE =
  "payengine:contract cannot express this: do not create keys in this account yet, and open an issue of the project with " +
  "this output (it has no values)";
