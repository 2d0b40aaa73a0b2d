/** What a failure is about, as far as PayEngine's error codes and the status tell. */
export type ErrorKind =
  /** The credential is unknown, revoked, or of a type that may not call (E116, E117, E121, E122, or 401). */
  | "credential"
  /** The credential works, and its user may not do this (E120, E129, or 403). */
  | "permission"
  /** The account behind the credential is missing or disabled (E105, E127). */
  | "account"
  /** The call takes signed-in users of the console only, and no private key ("jwt malformed"). */
  | "console only"
  /** A value that is shown once has been shown before (E106). */
  | "revealed before"
  | "other";

/** PayEngine answered, and the answer is a failure (a status outside 200 to 299, or a body that says so). */
export class ApiError extends Error {
  override readonly name: string = "ApiError";
  readonly status: number;
  /** The body is in a published form of failure: PayEngine itself speaks, not something in front of it. */
  readonly byContract: boolean;
  readonly kind: ErrorKind;
  /** PayEngine's code, such as "E121", where the answer has one. */
  readonly code: string | undefined;
  /** Milliseconds that the answer's Retry-After asks for, where it has one. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    about: {
      readonly status: number;
      readonly byContract: boolean;
      readonly kind?: ErrorKind;
      readonly code?: string | undefined;
      readonly retryAfter?: number | undefined;
    },
  ) {
    super(message);
    this.status = about.status;
    this.byContract = about.byContract;
    this.kind = about.kind ?? "other";
    this.code = about.code;
    this.retryAfter = about.retryAfter;
  }
}

/** PayEngine answered 404. */
export class NotFoundError extends ApiError {
  override readonly name = "NotFoundError";

  constructor(message: string, byContract: boolean, code?: string) {
    super(message, { status: 404, byContract, code });
  }
}

/** There was no answer: not reached, cut off or too slow. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";

  constructor(
    message: string,
    /** The system's or the HTTP client's code, such as `ECONNREFUSED`. */
    readonly code: string,
  ) {
    super(message);
  }
}

/** PayEngine answered with success, but not in the form of the contract. */
export class ResponseSchemaError extends Error {
  override readonly name = "ResponseSchemaError";
}

/** The contract has no such call: nothing was sent. */
export class UnsupportedCallError extends Error {
  override readonly name = "UnsupportedCallError";
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The text with a full stop at its end. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
