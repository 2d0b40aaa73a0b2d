import type { Answer } from "./terminal";

/** Says yes to what `pulumi up`, `refresh` and `destroy` ask after their preview. */
export const YES: Answer = { when: /Do you want to perform this (update|refresh|destroy)\?/, type: "yes" };

/** A value that `pulumi config set` asks for. */
export const pasted = (type: string): Answer => ({ when: /value: /, type });

/** A value that the shell's `read` waits for: it does not ask. */
export const unasked = (type: string): Answer => ({ when: /\n/, type });
