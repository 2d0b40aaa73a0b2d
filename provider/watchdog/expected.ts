import type { Settings } from "../api-key/context";
import type { Word } from "./watchdog";

/** Requests for one resource's key whose outcome is unknown. */
export interface Expected {
  readonly uniqueName: string;
  readonly settings: Settings;
  /** How many were sent. */
  readonly posts: number;
}

/** Records a message of the plugin's process. */
export function heed(expected: Map<string, Expected>, word: Word): void {
  const { uniqueName } = word;
  if (word.kind === "forget") expected.delete(uniqueName);
  else {
    const posts = (expected.get(uniqueName)?.posts ?? 0) + 1;
    expected.set(uniqueName, { uniqueName, settings: word.settings, posts });
  }
}
