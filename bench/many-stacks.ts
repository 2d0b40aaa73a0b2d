import { createHash, randomBytes, randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SandboxControl } from "payengine-sandbox";
import type { BenchStack } from "./stack";

/** Keys that rotate by schedule, as the program of each stack declares them. */
const PROGRAM = `
const payengine = require("pulumi-payengine");
for (let number = 0; number < require("./keys.json").count; number++)
  new payengine.ApiKey(\`key-\${number}\`, { type: "private", rotation: { period: "90d", overlap: "7d" } });
`;
/** One stack in so many has keys that are due. */
const DUE_EVERY = 10;

/** A key of a stack, with its value. */
export interface PlantedKey {
  readonly id: string;
  readonly name: string;
  readonly value: string;
}

/**
 * Fills a file backend with stacks. The real CLI creates one stack with the larger and the smaller number of keys; the others
 * are its states with other names, IDs and fingerprints. The keys live in the sandbox's account.
 *
 * @param keys of all stacks together.
 */
export async function plantStacks(
  template: BenchStack,
  control: SandboxControl,
  { stacks, keys }: { readonly stacks: number; readonly keys: number },
): Promise<PlantedKey[]> {
  await writeFile(join(template.folder, "index.js"), PROGRAM);
  const few = Math.floor(keys / stacks);
  const stateWith = async (count: number) => {
    await template.write({ count, rotating: true, trigger: 0 });
    await template.run(["up", "--yes", "--skip-preview"]);
    return readFile(template.stateFile("dev"), "utf8");
  };
  const [larger, smaller] = [await stateWith(few + 1), await stateWith(few)];
  await template.run(["destroy", "--yes", "--skip-preview", "--remove"]);
  const planted: PlantedKey[] = [];
  for (let number = 1; number <= stacks; number++) {
    const name = `team-${String(number).padStart(3, "0")}`;
    const isDue = number % DUE_EVERY === 0;
    const { text, keys: own } = renamed(number <= keys % stacks ? larger : smaller, name, isDue);
    await writeFile(template.stateFile(name), text);
    for (const key of own)
      await control.addKey("sandbox", { ...key, type: "private", createdAt: CREATED_AT });
    planted.push(...own);
  }
  return planted;
}

const CREATED_AT = "2026-01-01T00:00:00.000Z";
const LONG_AGO = "2026-04-01T00:00:00.000Z";

/** The parts of a stored state that differ from stack to stack. */
interface Checkpoint {
  readonly checkpoint: { readonly latest: { readonly resources: readonly StoredResource[] } };
}

interface StoredResource {
  readonly type: string;
  readonly outputs?: Record<"keyId" | "name" | "fingerprint" | "redactedToken" | "rotateAt", string>;
}

/** The state of a stack of another name with other keys. */
function renamed(state: string, stack: string, isDue: boolean): { text: string; keys: PlantedKey[] } {
  const { checkpoint }: Checkpoint = JSON.parse(state);
  let text = state
    .replaceAll("urn:pulumi:dev::", `urn:pulumi:${stack}::`)
    .replaceAll("organization/shop/dev", `organization/shop/${stack}`);
  const keys: PlantedKey[] = [];
  for (const { type, outputs } of checkpoint.latest.resources) {
    if (!type.endsWith(":ApiKey") || outputs === undefined) continue;
    const key = {
      id: randomUUID(),
      name: outputs.name
        .replace("shop-dev-", `shop-${stack}-`)
        .replace(/[0-9a-f]{10}$/, randomBytes(5).toString("hex")),
      value: randomBytes(54).toString("hex"),
    };
    const fingerprint = createHash("sha256").update(key.value).digest("hex").slice(0, 16);
    text = text
      .replaceAll(outputs.keyId, key.id)
      .replaceAll(outputs.name, key.name)
      .replaceAll(outputs.fingerprint, fingerprint)
      .replaceAll(outputs.redactedToken, `${key.value.slice(0, 4)}…${key.value.slice(-4)}`);
    if (isDue) text = text.replaceAll(outputs.rotateAt, LONG_AGO);
    keys.push(key);
  }
  return { text: text.replaceAll("shop-dev", `shop-${stack}`), keys };
}
