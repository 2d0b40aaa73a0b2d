import * as pulumi from "@pulumi/pulumi";
import type { MockResourceArgs } from "@pulumi/pulumi/runtime";
import { ApiKey, type ApiKeyArgs, Provider } from "../../sdk";
import { settled } from "./settled";

const TYPE = "pulumi-nodejs:dynamic/payengine:ApiKey";
let registered: MockResourceArgs[];

async function program(
  isPreview: boolean,
  outputs: Record<string, string> = { token: "the-token" },
): Promise<void> {
  // Each program has its own, because resources of the test before may still be registering.
  const ofThisProgram: MockResourceArgs[] = [];
  registered = ofThisProgram;
  await pulumi.runtime.setMocks(
    {
      call: ({ inputs }) => inputs,
      newResource: (args) => {
        ofThisProgram.push(args);
        return { id: `${args.name}-id`, state: { ...args.inputs, ...outputs } };
      },
    },
    "shop",
    "prod",
    isPreview,
  );
}
const resolved = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));
const made = async (key: ApiKey) => {
  await resolved(key.urn);
  return registered[0];
};
/** Arguments as an untyped JavaScript program passes them. */
const untyped = (args: object | undefined) => args as ApiKeyArgs;

beforeEach(() => program(false));

test("a key registers its arguments, the default prefix, fresh digits and a constant __provider", async () => {
  const { type, inputs } = await made(new ApiKey("checkout", { type: "private", namePrefix: "mine" }));
  expect(type).toBe(TYPE);
  expect(inputs).toEqual({
    type: "private",
    namePrefix: "mine",
    defaultNamePrefix: "shop-prod-checkout",
    digits: expect.stringMatching(/^[0-9a-f]{10}$/),
    __provider:
      "exports.handler=()=>{try{return require('pulumi-payengine/provider').apiKey}catch(e){" +
      "throw Error('Run npm install: '+e)}}",
  });
});

test("each key gets its own random digits", async () => {
  const keys = Array.from({ length: 20 }, (_, number) => new ApiKey(`key-${number}`, { type: "public" }));
  await Promise.all(keys.map(({ urn }) => resolved(urn)));
  expect(new Set(registered.map(({ inputs }) => inputs.digits)).size).toBe(20);
});

test("an unknown argument is passed to check, which refuses it", async () => {
  const { inputs } = await made(new ApiKey("checkout", untyped({ type: "private", typ: "x" })));
  expect(inputs.typ).toBe("x");
});

test("in a preview the digits are unknown", async () => {
  await program(true);
  const { inputs } = await made(new ApiKey("checkout", { type: "private" }));
  expect(inputs.digits).toEqual({ __pulumiUnknown: true });
  expect(inputs.defaultNamePrefix).toBe("shop-prod-checkout");
});

test.each([
  [{ type: "private" }, ["createdAt", "token"]],
  [{}, ["createdAt", "token"]],
  [{ type: "private", rotation: { period: "90d", overlap: "7d" } }, ["createdAt", "token", "previousToken"]],
  [{ type: "public" }, ["createdAt"]],
])("a key with %j marks the outputs %j as secret", async (args, secrets) => {
  let told: pulumi.CustomResourceOptions = {};
  const transformations: pulumi.ResourceTransformation[] = [
    ({ opts }) => {
      told = opts;
      return undefined;
    },
  ];
  const options = { additionalSecretOutputs: ["createdAt"], transformations };
  await made(new ApiKey("checkout", untyped(args), options));
  expect(told.additionalSecretOutputs).toEqual(secrets);
});

test("token resolves to the value that the engine returns", async () => {
  expect(await resolved(new ApiKey("checkout", { type: "private" }).token)).toBe("the-token");
});

test("a missing token is an error that names the key and the command to run", async () => {
  await program(false, {});
  expect(await settled(new ApiKey("billing", { type: "private" }).token)).toEqual({
    status: "rejected",
    reason: new pulumi.RunError(
      'ApiKey "billing" has no token yet: run `pulumi up` without --target, or add this resource to the targets; ' +
        "to destroy it, run `pulumi destroy` without --run-program",
    ),
  });
});

test("a preview accepts a missing token", async () => {
  await program(true, {});
  const token = await settled(new ApiKey("checkout", { type: "private" }).token);
  expect(token.status).toBe("fulfilled");
});

const notLiteral =
  'ApiKey "checkout": type is an Output or Promise; write "public" or "private" as a literal, because it decides ' +
  "which outputs are secret";
const notImportable =
  'ApiKey "checkout" cannot be imported: PayEngine shows a private key\'s value only when the key is created. If you ' +
  "have the value, adopt the key: pass adopt: { keyId, token }. Otherwise create a new ApiKey, switch its consumers to " +
  "it, then revoke the old key in PayEngine's dashboard";

test.each<[string, () => unknown, string]>([
  [
    "an Output for a type",
    () => new ApiKey("checkout", untyped({ type: pulumi.output("private") })),
    notLiteral,
  ],
  [
    "a Promise for a type",
    () => new ApiKey("checkout", untyped({ type: Promise.resolve("private") })),
    notLiteral,
  ],
  ["the id option", () => new ApiKey("checkout", { type: "private" }, { id: "key_1" }), notImportable],
  [
    "the urn option",
    () => new ApiKey("checkout", { type: "private" }, { urn: "urn:pulumi:dev::shop::a:b:C::checkout" }),
    notImportable,
  ],
  [
    "the import option",
    () => new ApiKey("checkout", { type: "private" }, { import: "key_1" }),
    notImportable,
  ],
  ["ApiKey.get", () => ApiKey.get("checkout"), notImportable],
])("%s is refused before anything is registered", (_what, make, message) => {
  expect(make).toThrow(new pulumi.RunError(message));
  expect(registered).toEqual([]);
});

test("a key without arguments is passed to check, which lists the missing ones", async () => {
  const { inputs } = await made(new ApiKey("checkout", untyped(undefined)));
  expect(inputs).toMatchObject({ defaultNamePrefix: "shop-prod-checkout" });
});

test("isInstance accepts only keys, including those of another copy of the package", () => {
  const key = new ApiKey("checkout", { type: "public" });
  let copy: typeof ApiKey | undefined;
  jest.isolateModules(() => {
    copy = jest.requireActual<typeof import("../../sdk")>("../../sdk").ApiKey;
  });
  expect(copy).not.toBe(ApiKey);
  expect(copy?.isInstance(key)).toBe(true);
  expect(ApiKey.isInstance(key)).toBe(true);
  for (const other of [undefined, null, {}, "key", new Provider("second")]) {
    expect(ApiKey.isInstance(other)).toBe(false);
  }
});

test("an explicit provider keeps its credential secret, passes numbers as text and is named", async () => {
  const provider = new Provider("second", {
    apiKey: "credential",
    credentialEnv: "SECOND_KEY",
    apiUrl: "https://example.com",
    accountId: "acct_1",
    requestTimeout: "10s",
    maxRetries: 5,
  });
  const { type, inputs } = await made(provider as unknown as ApiKey);
  expect(type).toBe("pulumi:providers:pulumi-nodejs");
  const { "payengine:apiKey": apiKey, ...rest } = inputs;
  expect(apiKey).toMatchObject({ value: "credential" });
  expect(rest).toEqual({
    "payengine:provider": "second",
    "payengine:credentialEnv": "SECOND_KEY",
    "payengine:apiUrl": "https://example.com",
    "payengine:accountId": "acct_1",
    "payengine:requestTimeout": "10s",
    "payengine:maxRetries": "5",
  });
});

test("an explicit provider without arguments passes only its name", async () => {
  const { inputs } = await made(new Provider("second") as unknown as ApiKey);
  expect(inputs).toEqual({ "payengine:provider": "second" });
});
