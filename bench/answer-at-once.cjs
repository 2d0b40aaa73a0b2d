const { createServer } = require("node:http");

const key = {
  id: "key_1",
  name: "shop-dev-checkout-0123456789",
  type: "private",
  status: "active",
  redacted_key: "3f9a…c21d",
  created_at: "2026-01-01T00:00:00.000Z",
  last_used_at: null,
};
const body = JSON.stringify({ data: key });
const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };

const server = createServer((_request, response) => response.writeHead(200, headers).end(body));
server.listen(0, "127.0.0.1", () => process.send(`http://127.0.0.1:${server.address().port}`));
