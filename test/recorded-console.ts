import { randomBytes } from "node:crypto";
import type { DialectInput } from "payengine-sandbox";
import { HarRecorder } from "./har-recorder";

/** What a person does in a console, and what the recording holds of it that must stay secret. */
export interface RecordedKey {
  readonly recorder: HarRecorder;
  readonly id: string;
  readonly name: string;
  /** Values, tokens and IDs. */
  readonly secrets: readonly string[];
}

/** Steps that a person may leave out. */
export interface Steps {
  readonly opensDetails?: boolean;
  readonly revokes?: boolean;
  readonly type?: "public" | "private";
}

/**
 * Creates, lists, opens and revokes one key as a console that speaks this dialect does, and records it.
 *
 * @param url of the API.
 * @param headers that authorize each request.
 */
export async function recordKey(
  url: string,
  headers: Record<string, string>,
  dialect: DialectInput,
  { opensDetails = true, revokes = true, type = "private" }: Steps = {},
  recorder = new HarRecorder(),
): Promise<RecordedKey> {
  const { path = "/api-keys", reveal, revokeBy, fields = {}, types = {}, paging = "size" } = dialect;
  const send = (method: string, at: string, body?: unknown) =>
    recorder.send(method, `${url}${at}`, headers, body);
  const name = `learn-the-contract-${randomBytes(4).toString("hex")}`;
  const page = `${path}?page=1&${paging}=50`;
  await send("GET", "/merchant?page=1&size=10");
  await send("GET", page);
  const body = { [fields.name ?? "name"]: name, [fields.type ?? "type"]: types[type] ?? type };
  const made = keyIn(await send("POST", path, body));
  const id = String(made[fields.id ?? "id"]);
  const shown =
    reveal === "byCall" && type === "private" ? keyIn(await send("POST", `${path}/${id}/reveal`)) : made;
  const value = String(shown[fields.value ?? "key"]);
  await send("GET", page);
  if (opensDetails) await send("GET", `${path}/${id}`);
  if (revokes && revokeBy === "POST") await send("POST", `${path}/${id}/revoke`);
  else if (revokes) await send("DELETE", `${path}/${id}`);
  await send("GET", page);
  return {
    recorder,
    id,
    name,
    secrets: [value, id, ...Object.values(headers).map((it) => it.split(" ").at(-1) ?? it)],
  };
}

function keyIn(answer: unknown): Record<string, unknown> {
  const object = Object(answer);
  return Object(object.data ?? object);
}
