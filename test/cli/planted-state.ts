import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shortFingerprint } from "../../provider/payengine/key-value";
import { API_KEY_TYPE } from "../../provider/resource-type";
import type { Fixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";

const PROVIDER_TYPE = "pulumi:providers:pulumi-nodejs";

/** A sandbox and its working credential. */
type At = Pick<Fixture, "sandbox" | "credential">;

type Properties = Record<string, unknown>;

/** A resource as the backend stores it. */
export interface StoredResource {
  urn: string;
  type: string;
  custom: boolean;
  id?: string;
  inputs?: Properties;
  outputs?: Properties;
  parent?: string;
  provider?: string;
}

/** The content of a stack's file, which a test may change to simulate a crash. */
export interface StoredState {
  manifest: { time: string };
  secrets_providers?: { type: string };
  resources?: StoredResource[];
  pending_operations?: { type: string; resource: StoredResource }[];
}

/** Changes the backend's file of a stack's state. */
export async function changeState(project: Project, change: (state: StoredState) => void): Promise<void> {
  await changeFile(join(project.folder, `backend/.pulumi/stacks/shop/${project.stack}.json`), change);
}

/** @param path of a stack's state, of any project. */
export async function changeFile(path: string, change: (state: StoredState) => void): Promise<void> {
  const file = JSON.parse(await readFile(path, "utf8"));
  change(file.checkpoint.latest);
  await writeFile(path, JSON.stringify(file));
}

/** A time so long ago that no operation can still be changing the state. */
export function longAgo(): string {
  return new Date(Date.now() - 3_600_000).toISOString();
}

/** A stack's own resource. */
export function root(stack: string): StoredResource {
  return {
    urn: `urn:pulumi:${stack}::shop::pulumi:pulumi:Stack::shop-${stack}`,
    type: "pulumi:pulumi:Stack",
    custom: false,
  };
}

/** A provider; without values it is the default one. */
export function provider(stack: string, name = "default", inputs: Properties = {}): StoredResource {
  return {
    urn: `urn:pulumi:${stack}::shop::${PROVIDER_TYPE}::${name}`,
    type: PROVIDER_TYPE,
    custom: true,
    id: `00000000-0000-4000-8000-${Buffer.from(name.padEnd(6, "_")).toString("hex").slice(0, 12)}`,
    inputs,
    outputs: inputs,
  };
}

/** A key that is being created, or, with outputs, a created one. */
export function storedKey(
  { urn, id }: StoredResource,
  resource: string,
  uniqueName: string,
  outputs?: Properties,
): StoredResource {
  const stack = urn.split(":")[2];
  const inputs = { type: "public", namePrefix: uniqueName.slice(0, -11), uniqueName };
  return {
    urn: `urn:pulumi:${stack}::shop::${API_KEY_TYPE}::${resource}`,
    type: API_KEY_TYPE,
    custom: true,
    inputs,
    provider: `${urn}::${id}`,
    parent: root(stack ?? "").urn,
    ...(outputs && { id: uniqueName, outputs: { ...inputs, name: uniqueName, ...outputs } }),
  };
}

/** @param place account and address in the inputs: see {@link placeOf}. */
export function creating(resource: StoredResource, place: Properties = {}) {
  return { type: "creating", resource: { ...resource, inputs: { ...resource.inputs, ...place } } };
}

/** The address and credential that check records for a requested key. */
export function placeOf({ sandbox, credential }: At, by = credential) {
  return { apiUrl: sandbox.url, credentialFingerprint: shortFingerprint(by) };
}

/** Creates a key over PayEngine's API. */
export async function plantKey(
  fixture: At,
  name: string,
  type: "public" | "private" = "public",
  by = fixture.credential,
): Promise<{ id: string; outputs: Properties }> {
  const answer = await fetch(`${fixture.sandbox.url}/api-keys`, {
    method: "POST",
    headers: { authorization: `Basic ${by}`, "content-type": "application/json" },
    body: JSON.stringify({ name, type }),
  });
  if (!answer.ok) throw new Error(`The key ${name} was not made: ${answer.status}`);
  const body = (await answer.json()) as { data?: unknown };
  const { id, key: token, created_at } = (body.data ?? body) as Record<"id" | "key" | "created_at", string>;
  return { id, outputs: { ...placeOf(fixture, by), type, keyId: id, token, createdAt: created_at } };
}
