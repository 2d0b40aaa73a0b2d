/** The kind of a failure, by PayEngine's error code and the status. */
export type ErrorKind =
  /** The credential is unknown, revoked or of the wrong type (E116, E117, E121, E122, or 401). */
  | "credential"
  /** The credential works, but its user may not do this (E120, E129, or 403). */
  | "permission"
  /** The credential's account is missing or disabled (E105, E127). */
  | "account"
  /** The request needs a signed-in user of the console ("jwt malformed"). */
  | "console only"
  /** The value was shown before (E106). */
  | "revealed before"
  | "other";

/** The response is a failure: its status is outside 200 to 299, or its body says so. */
export class ApiError extends Error {
  override readonly name: string = "ApiError";
  readonly status: number;
  /** The body has a published error format: PayEngine sent it, not a proxy in front of it. */
  readonly byContract: boolean;
  readonly kind: ErrorKind;
  /** PayEngine's code, such as "E121", if there is one. */
  readonly code: string | undefined;
  /** The Retry-After header in milliseconds, if there is one. */
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

/** PayEngine returned 404. */
export class NotFoundError extends ApiError {
  override readonly name = "NotFoundError";

  constructor(message: string, byContract: boolean, code?: string) {
    super(message, { status: 404, byContract, code });
  }
}

/** There was no complete response: unreachable, cut off or too slow. */
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

/** The request succeeded, but the response does not match the contract. */
export class ResponseSchemaError extends Error {
  override readonly name = "ResponseSchemaError";
}

/** The contract has no such request. Nothing was sent. */
export class UnsupportedCallError extends Error {
  override readonly name = "UnsupportedCallError";
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The text, with a period at the end. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
