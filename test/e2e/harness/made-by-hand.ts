import type { Fixture } from "./fixture";

/** Creates a key as a person in the dashboard would, and returns its value. */
export async function keyMadeByHand({ sandbox, credential }: Fixture, name: string) {
  const answer = await fetch(`${sandbox.url}/api-keys`, {
    method: "POST",
    headers: { authorization: `Basic ${credential}`, "content-type": "application/json" },
    body: JSON.stringify({ name, type: "private" }),
  });
  const { data } = (await answer.json()) as { data: { id: string; key: string } };
  return { keyId: data.id, token: data.key };
}
