/** A refusal that the caller gets to see, in the contract's form. */
export class Failure extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** The contract's body of every failure. */
export function failureBody(message: string): { error: true; message: string } {
  return { error: true, message };
}
