/** Exit codes of every command. */
export const EXIT = {
  /** Nothing is left to do. */
  done: 0,
  /** The command could not do its work. */
  failed: 1,
  /** Something is left to do. */
  left: 2,
  /** The stack is in use; nothing was done. */
  inUse: 3,
} as const;
