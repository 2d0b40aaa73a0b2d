import type { AuditReport, DueKey, DueReport } from "../../recovery";
import { tableBelow } from "../e2e/harness/guide-table";

const problem = { source: "", resources: [""], problem: "" };

/** Each field of the report: the compiler refuses a missing one and an additional one. */
const audit: AuditReport = {
  schemaVersion: 1,
  checkedAt: "",
  maxAge: 0,
  sources: [""],
  accounts: [{ id: "", apiUrl: "", live: 0, foreign: 0 }],
  keys: [
    {
      category: "managed",
      source: "",
      resource: "",
      urn: "",
      keyName: "",
      keyId: "",
      apiUrl: "",
      provider: "",
      accountId: "",
      createdAt: "",
      lastUsedAt: "",
      sharedWith: [""],
      note: "",
    },
  ],
  unreached: [problem],
  notAudited: [problem],
};

const dueKey: DueKey = {
  action: "rotate",
  dueAt: "",
  source: "",
  stack: "",
  project: "",
  isOfThisProject: true,
  resource: "",
  urn: "",
  keyName: "",
  keyId: "",
  previousKeyId: "",
  isMadeByHand: false,
  note: "",
  commands: [""],
};

const due: Omit<DueReport, "due" | "upcoming" | "next"> = {
  schemaVersion: 1,
  checkedAt: "",
  sources: [""],
  keyCount: 0,
  unread: [problem],
};

/** Paths of all fields; those of a list's entries end in `[]`. */
function fieldsOf(value: object, at = ""): string[] {
  return Object.entries(value).flatMap(([name, field]) => {
    const [part, path] = Array.isArray(field) ? [field[0], `${at}${name}[]`] : [field, `${at}${name}`];
    return typeof part === "object" ? fieldsOf(part, `${path}.`) : [path];
  });
}

const documented = (guide: string, heading: string) =>
  Object.keys(tableBelow(guide, heading)).map((field) => field.replaceAll("`", ""));

test("the guides describe every field of the JSON of audit and due, and no other", () => {
  expect(documented("docs/audit-evidence.md", "## Fields of `audit --json`").sort()).toEqual(
    fieldsOf(audit).sort(),
  );
  expect(documented("docs/command.md", "### Fields of each entry").sort()).toEqual(fieldsOf(dueKey).sort());
  expect(documented("docs/command.md", "### Fields of `due --json`").sort()).toEqual(
    [...fieldsOf(due), "due[]", "upcoming[]", "next"].sort(),
  );
});
