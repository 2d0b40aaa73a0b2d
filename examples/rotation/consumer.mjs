import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Reads the key from Pulumi's state. Its value stays in memory, here and in the CLI. */
async function readKey() {
  const { stdout } = await run("pulumi", ["stack", "output", "token", "--show-secrets", "--non-interactive"]);
  return stdout.trim();
}

let key = await readKey();

/** Sends a request to PayEngine. After 401 the overlap of a rotation is over: read the new key and send it again. */
async function request(path) {
  const send = () =>
    fetch(`${process.env.PAYENGINE_API_URL}${path}`, { headers: { authorization: `Basic ${key}` } });
  const response = await send();
  if (response.status !== 401) return response;
  key = await readKey();
  return send();
}

console.error("Press Enter to send a request, Ctrl-D to end.");

// One request for each line, until the input ends.
for await (const _line of process.stdin) {
  const { status } = await request("/merchant");
  console.log(`GET /merchant: ${status}`);
}
