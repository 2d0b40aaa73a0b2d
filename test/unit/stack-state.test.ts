import { API_KEY_TYPE } from "../../provider/resource-type";
import { readStackState } from "../../recovery/pulumi/stack-state";

const outputs = { name: "n-0123456789", uniqueName: "n-0123456789", keyId: "key_1", token: "a-value" };
const exported = (schemaVersion: string | undefined) =>
  JSON.stringify({
    deployment: {
      manifest: { time: "2026-01-01T00:00:00Z" },
      resources: [
        {
          urn: `urn:pulumi:dev::shop::${API_KEY_TYPE}::checkout`,
          type: API_KEY_TYPE,
          outputs: { ...outputs, schemaVersion },
        },
      ],
    },
  });

test.each(["0.1.0", undefined])(
  "a stack whose keys have the format of version %s is read",
  (schemaVersion) => {
    expect(readStackState(exported(schemaVersion)).keys).toMatchObject([{ keyId: "key_1" }]);
  },
);

test("a stack with a key of a newer version is refused with the version to install", () => {
  expect(() => readStackState(exported("0.3.0"))).toThrow(
    "A newer version of pulumi-payengine wrote keys of this stack, which this version cannot read. Install " +
      "pulumi-payengine 0.3.0 or later, and run this again.",
  );
});
