import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { create } from "../../provider/api-key/create";
import type { Outcome } from "../../provider/api-key/schema";
import { newInputs, SandboxHarness } from "../sandbox-harness";

/** A PayEngine with unforeseen responses. */
interface Shape {
  readonly path: string;
  readonly fields: Readonly<Record<"id" | "name" | "type" | "status" | "key", string>>;
  /** The property that wraps objects and lists; "" for none. */
  readonly objectIn: string;
  readonly listIn: string;
  readonly merchantsIn: string;
  /** Whether the response to create includes, masks or omits the value. */
  readonly value: "whole" | "masked" | "left out";
  readonly revokeBy: string;
  /** Other people's keys. */
  readonly others: number;
  readonly createdStatus: number;
}

const word = fc.constantFrom("data", "", "items", "result", "payload", "keys");
const named = (usual: string, ...others: string[]) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));
const shape: fc.Arbitrary<Shape> = fc.record({
  path: named("/api-keys", "/keys", "/apiKeys", "/v2/api-keys"),
  fields: fc.record({
    id: named("id", "uuid", "key_id", "_id"),
    name: named("name", "label", "title"),
    type: named("type", "kind"),
    status: named("status", "state"),
    key: named("key", "secret", "private_key", "value"),
  }),
  objectIn: named("data", "", "result", "api_key"),
  listIn: fc.oneof({ weight: 5, arbitrary: fc.constant("data") }, word),
  merchantsIn: word,
  value: named("whole", "masked", "left out") as fc.Arbitrary<Shape["value"]>,
  revokeBy: named("DELETE", "POST", "PATCH"),
  others: fc.nat(3),
  createdStatus: fc.constantFrom(200, 201, 202),
});

interface Key {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

/** A server of that shape and its active keys. */
class Unforeseen {
  readonly keys: Key[] = [];
  private readonly server: Server;

  private constructor(private readonly shape: Shape) {
    for (let other = 0; other < shape.others; other++) this.add(`other-${other}`, "private");
    this.server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        const [status, answer] = this.answer(request, body);
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
      });
    });
  }

  static async open(shape: Shape): Promise<Unforeseen> {
    const it = new Unforeseen(shape);
    await new Promise<void>((resolve) => it.server.listen(0, "127.0.0.1", resolve));
    return it;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/api`;
  }

  made(): Key[] {
    return this.keys.filter(({ name }) => !name.startsWith("other-"));
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private add(name: string, type: string): Key {
    const key = { id: randomBytes(8).toString("hex"), name, type, value: randomBytes(54).toString("hex") };
    this.keys.push(key);
    return key;
  }

  private answer(
    { method = "", url = "" }: IncomingMessage,
    body: Record<string, string>,
  ): [number, unknown] {
    const { path, objectIn, listIn, merchantsIn, fields, revokeBy, createdStatus, value } = this.shape;
    const { pathname, searchParams } = new URL(url, "http://unforeseen");
    const call = `${method} ${pathname.replace("/api", "")}`;
    if (call === "GET /merchant") return [200, within(merchantsIn, [{ id: "merchant-1" }])];
    if (call === `GET ${path}`) {
      const page = Number(searchParams.get("page") ?? 1);
      const shown = this.keys.slice((page - 1) * 10, page * 10);
      return [
        200,
        within(
          listIn,
          shown.map((key) => this.view(key, {})),
        ),
      ];
    }
    if (call === `POST ${path}`) {
      const key = this.add(String(body[fields.name] ?? body.name), String(body[fields.type] ?? body.type));
      const shown = { whole: key.value, masked: `****${key.value.slice(-4)}`, "left out": undefined }[value];
      return [createdStatus, within(objectIn, this.view(key, { [fields.key]: shown }))];
    }
    const at = this.keys.findIndex(({ id }) => pathname === `/api${path}/${id}`);
    const key = this.keys[at];
    if (key !== undefined && method === "GET") return [200, within(objectIn, this.view(key, {}))];
    if (key !== undefined && method === revokeBy) {
      this.keys.splice(at, 1);
      return [200, { message: "revoked" }];
    }
    return [404, { error: true, message: "Unsupported API call" }];
  }

  private view({ id, name, type }: Key, more: object): Record<string, unknown> {
    const { fields } = this.shape;
    return { [fields.id]: id, [fields.name]: name, [fields.type]: type, [fields.status]: "active", ...more };
  }
}

function within(word: string, value: unknown): unknown {
  return word === "" ? value : { [word]: value };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, string>> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text === "" ? {} : JSON.parse(text);
}

test("the first up with a server of any shape leaves no active key except the one in state", async () => {
  const harness = await SandboxHarness.open();
  let complete = 0;
  let refused = 0;
  try {
    await fc.assert(
      fc.asyncProperty(shape, async (drawn) => {
        const server = await Unforeseen.open(drawn);
        try {
          const inputs = newInputs({ apiUrl: server.url });
          let outcome: Outcome | undefined;
          let message = "";
          try {
            outcome = await create(harness.context({ apiUrl: server.url }), inputs);
          } catch (error) {
            message = (error as Error).message;
          }
          if (outcome?.kind === "complete") {
            complete += 1;
            expect(server.made()).toMatchObject([{ id: outcome.state.keyId, value: outcome.state.token }]);
          } else if (drawn.revokeBy === "DELETE") {
            refused += 1;
            expect(server.made()).toEqual([]);
          } else if (server.made().length > 0) {
            // A key that no request can revoke is at least named in state and in the error.
            expect(outcome?.state.uniqueName).toBe(inputs.uniqueName);
            message = outcome?.kind === "unfinished" ? outcome.reason : "";
            expect(message).toContain(inputs.uniqueName);
          }
          expect(message).not.toMatch(/[0-9a-f]{17}/);
        } finally {
          server.close();
        }
      }),
      process.env.STRIKES ? { numRuns: Number(process.env.STRIKES) } : { numRuns: 150, seed: 13 },
    );
  } finally {
    await harness.close();
  }
  expect(Math.min(complete, refused)).toBeGreaterThan(5);
}, 300_000);
