import type { Dialect } from "./dialect";

/** A code from PayEngine's published error list that the sandbox returns. */
export type ErrorCode = "E106" | "E110" | "E116" | "E120" | "E121" | "E122";

/** An error that the caller sees. */
export class Failure extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
    readonly code?: ErrorCode,
  ) {
    super(message);
  }
}

/** An error in one field of a body or query. */
export interface FieldError {
  field: string;
  message: string;
}

/** An invalid body or query: 422 with a list of errors. */
export class ValidationFailure extends Failure {
  constructor(readonly errors: FieldError[]) {
    super(422, "Failed to validate");
  }
}

/** PayEngine's response body for this error, in the dialect's format. */
export function failureBody(failure: Failure, dialect: Dialect): Record<string, unknown> {
  if (failure instanceof ValidationFailure) {
    return { success: false, message: failure.message, errors: failure.errors };
  }
  const coded = failure.code !== undefined && dialect.codes === "message";
  const message = coded ? `${failure.code}: ${failure.message}` : failure.message;
  return dialect.failure === "success" ? { success: false, message } : { error: true, message };
}
