import type { Dialect } from "./dialect";

/** A code of PayEngine's published error list that the sandbox answers with. */
export type ErrorCode = "E106" | "E110" | "E116" | "E120" | "E121" | "E122";

/** A refusal that the caller gets to see. */
export class Failure extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
    readonly code?: ErrorCode,
  ) {
    super(message);
  }
}

/** What is wrong with one field of a body or a query. */
export interface FieldError {
  field: string;
  message: string;
}

/** A body or a query that PayEngine does not take: 422 with a list of what is wrong. */
export class ValidationFailure extends Failure {
  constructor(readonly errors: FieldError[]) {
    super(422, "Failed to validate");
  }
}

/** PayEngine's body of this failure, in the dialect's form. */
export function failureBody(failure: Failure, dialect: Dialect): Record<string, unknown> {
  if (failure instanceof ValidationFailure) {
    return { success: false, message: failure.message, errors: failure.errors };
  }
  const coded = failure.code !== undefined && dialect.codes === "message";
  const message = coded ? `${failure.code}: ${failure.message}` : failure.message;
  return dialect.failure === "success" ? { success: false, message } : { error: true, message };
}
