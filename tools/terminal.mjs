// @ts-check
import { styleText } from "node:util";

// `npm start` prints with these before anything is built, so they repeat the rule for colors in cli/terminal.ts.

const COLUMNS = 80;

/** Whether the output is a terminal that may show colors. */
export function mayColor() {
  const { NO_COLOR, TERM } = process.env;
  return process.stdout.isTTY === true && !NO_COLOR && TERM !== "dumb";
}

/** Colors text for a terminal. @param {"bold" | "cyan" | "green"} format @param {string} text */
export function colored(format, text) {
  return mayColor() ? styleText(format, text) : text;
}

/**
 * Breaks each line of a text between words to fit 80 columns. A longer word, such as a path, stays whole.
 *
 * @param {string} text without colors
 * @param {string} [indent] before each line
 */
export function wrapped(text, indent = "") {
  /** @param {string} line */
  const wrap = (line) => {
    const [first = "", ...words] = line.split(" ");
    const lines = [indent + first];
    for (const word of words) {
      const longer = `${lines.at(-1)} ${word}`;
      if (longer.length <= COLUMNS) lines[lines.length - 1] = longer;
      else lines.push(indent + word);
    }
    return lines.join("\n");
  };
  return text.split("\n").map(wrap).join("\n");
}
