import { useFixture } from "../e2e/harness/fixture";
import { linesOf, payengine } from "./command";
import { keyNameOf, projectWithKey } from "./one-key-project";
import { changeFile, changeState, plantKey, provider, root, storedKey } from "./planted-state";

const given = useFixture();

const AUDIT = ["audit", "--min-age", "0s"];

test("audit --max-age reports older keys and keys of unknown age, but not the previous key of a rotation", async () => {
  const { fixture } = given;
  const { project, at } = await projectWithKey(fixture);
  const [old, undated, current, previous] = await Promise.all(
    [2, 3, 4, 5].map((digit) => plantKey(fixture, keyNameOf("web", digit))),
  );
  const overlap = { previousKeyId: previous?.id, previousRevokeAt: "2999-01-01T00:00:00Z" };
  await changeState(project, (state) => {
    state.resources?.push(
      storedKey(at, "old", keyNameOf("web", 2), { ...old?.outputs, createdAt: "2020-01-01T00:00:00Z" }),
      storedKey(at, "undated", keyNameOf("web", 3), { ...undated?.outputs, createdAt: undefined }),
      storedKey(at, "rotated", keyNameOf("web", 4), { ...current?.outputs, ...overlap }),
    );
  });
  await fixture.control.setDialect({ shows: { redacted: true, createdAt: false, lastUsedAt: false } });
  expect((await payengine(project, AUDIT)).exitCode).toBe(0);
  const { exitCode, stdout } = await payengine(project, [...AUDIT, "--max-age", "90d"]);
  expect([exitCode, linesOf(stdout)]).toEqual([
    2,
    [
      "Not checked: undated of dev: neither PayEngine nor state says when its key was created, so its age is unknown",
      "CATEGORY  WHAT TO DO  STACK  RESOURCE  KEY NAME  KEY ID  ACCOUNT  CREATED  LAST USED",
      "unrotated  created <time>, more than 90 days ago: rotate or replace it  dev  old  shop-dev-web-<digits>  <id>  <host>  <time>  never",
      "Account at <address>/api: 6 live keys, 1 foreign",
      "Keys of dev (some not checked): 4 managed, 1 unrotated",
    ],
  ]);
  const json = JSON.parse((await payengine(project, [...AUDIT, "--max-age", "90d", "--json"])).stdout);
  expect(json).toMatchObject({ schemaVersion: 1, checkedAt: expect.any(String), maxAge: 90 * 86_400_000 });
});

test("audit reports a stack and a file that it cannot read, and audits the others", async () => {
  const { fixture } = given;
  const { project } = await projectWithKey(fixture);
  await project.ok("stack", "init", "newer", "--no-select");
  const at = provider("newer");
  await changeFile(`${project.folder}/backend/.pulumi/stacks/shop/newer.json`, (state) => {
    state.resources = [
      root("newer"),
      at,
      storedKey(at, "web", keyNameOf("web", 2), { schemaVersion: "9.0.0" }),
    ];
  });
  const { exitCode, stdout } = await payengine(project, [
    ...AUDIT,
    "--all-stacks",
    "--state",
    "missing.json",
  ]);
  expect([exitCode, linesOf(stdout)]).toEqual([
    2,
    [
      "Not checked: newer: A newer version of pulumi-payengine wrote keys of this stack, which this version cannot read. Install pulumi-payengine 9.0.0 or later, and run this again.",
      "Not checked: missing.json: Cannot read the state file missing.json: ENOENT: no such file or directory, open 'missing.json'",
      "Account at <address>/api: 2 live keys, 1 foreign",
      "Keys of dev (some not checked): 1 managed",
    ],
  ]);
});
