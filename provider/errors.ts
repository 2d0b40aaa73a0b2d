/** PayEngine answered, and the answer is a failure (a status outside 200 to 299, or `{ error: true }`). */
export class ApiError extends Error {
  override readonly name: string = "ApiError";

  constructor(
    message: string,
    readonly status: number,
    /** The body was `{ error: true, message }`: PayEngine itself speaks, not something in front of it. */
    readonly byContract: boolean,
    /** Milliseconds that the answer's Retry-After asks for, where it has one. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** PayEngine answered 404. */
export class NotFoundError extends ApiError {
  override readonly name = "NotFoundError";

  constructor(message: string, byContract: boolean) {
    super(message, 404, byContract);
  }
}

/** No answer was had: not reached, cut off or too slow. */
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

/** What a user gets to read about one key: what happened, whether a key may exist, what to do. */
export class KeyError extends Error {
  override readonly name = "KeyError";
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The text with a full stop at its end. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
