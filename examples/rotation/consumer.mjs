import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Reads the key where Pulumi keeps it. It is in memory only, here and in the CLI. */
async function readKey() {
  const { stdout } = await run("pulumi", ["stack", "output", "token", "--show-secrets", "--non-interactive"]);
  return stdout.trim();
}

let key = await readKey();

/** Calls PayEngine. A key that does not work any more has been rotated and its overlap is over: the new one is read. */
async function call(path) {
  const send = () =>
    fetch(`${process.env.PAYENGINE_API_URL}${path}`, { headers: { authorization: `Basic ${key}` } });
  const answer = await send();
  if (answer.status !== 401) return answer;
  key = await readKey();
  return send();
}

console.error("Enter a line for each call; Ctrl-D ends.");

// One line for each call, until its input ends.
for await (const _line of process.stdin) {
  const { status } = await call("/merchant");
  console.log(`merchant answered ${status}`);
}
