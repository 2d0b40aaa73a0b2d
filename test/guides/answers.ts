import type { Answer } from "./terminal";

/** Answers yes to the prompt of `pulumi up`, `refresh` and `destroy` after the preview. */
export const YES: Answer = { when: /Do you want to perform this (update|refresh|destroy)\?/, type: "yes" };

/** A value for the prompt of `pulumi config set`. */
export const pasted = (type: string): Answer => ({ when: /value: /, type });

/** A value for the shell's `read`, which shows no prompt. */
export const unasked = (type: string): Answer => ({ when: /\n/, type });
