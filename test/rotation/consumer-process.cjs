// A service that uses a key: it sends requests without a pause until it is stopped, and counts failed requests.
// It gets its token from its parent process, or by a PUT to its address.
const { createServer } = require("node:http");
const { setTimeout: sleep } = require("node:timers/promises");

const [, , apiUrl] = process.argv;
const PAUSE_MS = 10;
let token;
let stopped = false;
const counts = { calls: 0, failed: 0 };

async function call() {
  const headers = { authorization: `Basic ${token}` };
  const answer = await fetch(`${apiUrl}/merchant`, { headers }).catch(() => undefined);
  await answer?.arrayBuffer();
  counts.calls += 1;
  if (answer?.status !== 200) counts.failed += 1;
}

async function run() {
  while (!stopped) {
    if (token !== undefined) await call();
    await sleep(PAUSE_MS);
  }
}

process.on("message", async (message) => {
  if (message.token !== undefined) token = message.token;
  const { port } = server.address();
  if (message.stop) {
    stopped = true;
    await running;
    server.close();
  }
  process.send({ ...counts, url: `http://127.0.0.1:${port}` });
  if (message.stop) process.disconnect();
});

const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  token = body;
  response.end();
}).listen(0, "127.0.0.1");
const running = run();
