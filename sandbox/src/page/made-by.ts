import { nameOfUser, type User } from "../account-store";
import type { StoredKey } from "../key-store";

/** Who made a key, as far as its name and its owner tell. */
export interface Maker {
  /** Such as "Pulumi" or "By hand". */
  who: string;
  /** Such as the stack and the resource; "" if there is nothing to add. */
  detail: string;
}

/** The names of pulumi-payengine: a prefix, ten hex digits, and marks of the generation and the attempt. */
const pulumiName = /^(.+)-[0-9a-f]{10}(?:-g(\d+))?(?:-r(\d+))?$/;

/** Reads the maker from a key's name, which `pulumi-payengine` forms as `project-stack-resource` by default. */
export function makerOf({ name, credential }: StoredKey, owner: User): Maker {
  if (credential === 1) return { who: "Sandbox", detail: `credential of ${nameOfUser(owner)}` };
  const [, prefix, generation = "1"] = pulumiName.exec(name) ?? [];
  if (prefix === undefined) return { who: "By hand", detail: `${nameOfUser(owner)}, ${owner.role}` };
  return { who: "Pulumi", detail: `${placeIn(prefix)}, generation ${generation}` };
}

/** With more hyphens than the default prefix has, its parts cannot be told apart. */
function placeIn(prefix: string): string {
  const [project, stack, resource, ...more] = prefix.split("-");
  if (resource === undefined || more.length > 0) return prefix;
  return `stack ${stack}, resource ${resource}, project ${project}`;
}
