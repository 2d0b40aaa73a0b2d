import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import type { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type Properties, plainOf, structOf } from "./wire";

/** Result of checking a resource's arguments or a provider's configuration. */
export interface Checked {
  readonly inputs: Properties;
  /** Whole sentences. They name no property to the engine, because it would print the property's value. */
  readonly failures: readonly string[];
}

export type DiffKind = "add" | "delete" | "update";

export interface Difference {
  readonly changes: boolean;
  /** The properties whose change replaces the resource. */
  readonly replaces: readonly string[];
  /** What a preview shows of each property. */
  readonly details: Readonly<Record<string, DiffKind>>;
}

/** The resource that a request is about. */
export interface Target {
  readonly urn: string;
  readonly id: string;
}

/** Options of a create or update. */
export interface Manner {
  /** Change nothing, and return what is known before the update. */
  readonly preview: boolean;
  /** `customTimeouts` of the program, in milliseconds. Default: the provider's own limit. */
  readonly limitMs: number | undefined;
}

/** A provider for one type of resource. It gets plain values, and marks secrets in its results. */
export interface Provider {
  readonly version: string;
  schema(): string;
  /** @param urn of the provider itself. */
  checkConfig(urn: string, inputs: Properties): Checked;
  configure(config: Properties): void;
  /** @param seed random bytes, the same for each check of one resource in one update. */
  check(target: Target, olds: Properties, news: Properties, seed: Uint8Array): Promise<Checked>;
  diff(target: Target, olds: Properties, news: Properties): Promise<Difference>;
  create(target: Target, inputs: Properties, manner: Manner): Promise<{ id: string; state: Properties }>;
  /** @returns undefined if the resource is gone. */
  read(target: Target, state: Properties, inputs: Properties): Promise<ReadResult | undefined>;
  update(target: Target, olds: Properties, news: Properties, manner: Manner): Promise<Properties>;
  delete(target: Target, state: Properties, manner: Pick<Manner, "limitMs">): Promise<void>;
  invoke(name: string, args: Properties): Promise<Properties>;
  /** The user pressed Ctrl-C. */
  cancel(): void;
  /** An engine at this address uses a provider that a developer started. */
  attach(address: string): void;
}

export interface ReadResult {
  readonly id: string;
  readonly state: Properties;
  readonly inputs: Properties;
}

/**
 * Serves a provider over Pulumi's protocol, on a free port of loopback.
 *
 * @returns the port.
 */
export async function serve(provider: Provider): Promise<number> {
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, methodsOf(provider));
  return new Promise((resolve, reject) =>
    server.bindAsync("ipv4:127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
}

function methodsOf(provider: Provider) {
  return {
    ...aboutPlugin(provider),
    ...aboutConfig(provider),
    ...aboutResources(provider),
    ...aboutChanges(provider),
  };
}

function aboutPlugin(provider: Provider) {
  return {
    handshake: unary<messages.ProviderHandshakeRequest, messages.ProviderHandshakeResponse>(
      () => new messages.ProviderHandshakeResponse(),
    ),
    getPluginInfo: unary<Empty, PluginInfo>(() => new PluginInfo().setVersion(provider.version)),
    attach: unary<PluginAttach, Empty>((request) => {
      provider.attach(request.getAddress());
      return new Empty();
    }),
    cancel: unary<Empty, Empty>(() => {
      provider.cancel();
      return new Empty();
    }),
    getSchema: unary<messages.GetSchemaRequest, messages.GetSchemaResponse>(() =>
      new messages.GetSchemaResponse().setSchema(provider.schema()),
    ),
    invoke: unary<messages.InvokeRequest, messages.InvokeResponse>(async (request) => {
      const result = await provider.invoke(request.getTok(), plainOf(request.getArgs()));
      return new messages.InvokeResponse().setReturn(structOf(result));
    }),
  };
}

function aboutConfig(provider: Provider) {
  return {
    checkConfig: unary<messages.CheckRequest, messages.CheckResponse>((request) =>
      checkResponse(provider.checkConfig(request.getUrn(), plainOf(request.getNews()))),
    ),
    // Never replace the provider: the engine would replace each of its resources.
    diffConfig: unary<messages.DiffRequest, messages.DiffResponse>(() =>
      new messages.DiffResponse().setChanges(messages.DiffResponse.DiffChanges.DIFF_UNKNOWN),
    ),
    configure: unary<messages.ConfigureRequest, messages.ConfigureResponse>((request) => {
      provider.configure(plainOf(request.getArgs()));
      return new messages.ConfigureResponse().setSupportspreview(true);
    }),
  };
}

function aboutResources(provider: Provider) {
  return {
    check: unary<messages.CheckRequest, messages.CheckResponse>(async (request) => {
      const [olds, news] = [plainOf(request.getOlds()), plainOf(request.getNews())];
      const target = { urn: request.getUrn(), id: "" };
      return checkResponse(await provider.check(target, olds, news, request.getRandomseed_asU8()));
    }),
    diff: unary<messages.DiffRequest, messages.DiffResponse>(async (request) => {
      const [olds, news] = [plainOf(request.getOlds()), plainOf(request.getNews())];
      return diffResponse(await provider.diff(targetOf(request), olds, news));
    }),
    read: unary<messages.ReadRequest, messages.ReadResponse>(async (request) => {
      const [state, inputs] = [plainOf(request.getProperties()), plainOf(request.getInputs())];
      const result = await provider.read(targetOf(request), state, inputs);
      // The engine treats a response without an ID as gone.
      if (result === undefined) return new messages.ReadResponse();
      return new messages.ReadResponse()
        .setId(result.id)
        .setProperties(structOf(result.state))
        .setInputs(structOf(result.inputs));
    }),
  };
}

function aboutChanges(provider: Provider) {
  return {
    create: unary<messages.CreateRequest, messages.CreateResponse>(async (request) => {
      const target = { urn: request.getUrn(), id: "" };
      const { id, state } = await provider.create(
        target,
        plainOf(request.getProperties()),
        mannerOf(request),
      );
      return new messages.CreateResponse().setId(id).setProperties(structOf(state));
    }),
    update: unary<messages.UpdateRequest, messages.UpdateResponse>(async (request) => {
      const [olds, news] = [plainOf(request.getOlds()), plainOf(request.getNews())];
      const state = await provider.update(targetOf(request), olds, news, mannerOf(request));
      return new messages.UpdateResponse().setProperties(structOf(state));
    }),
    delete: unary<messages.DeleteRequest, Empty>(async (request) => {
      const limitMs = limitOf(request);
      await provider.delete(targetOf(request), plainOf(request.getProperties()), { limitMs });
      return new Empty();
    }),
  };
}

function targetOf(request: { getUrn(): string; getId(): string }): Target {
  return { urn: request.getUrn(), id: request.getId() };
}

function mannerOf(request: { getPreview(): boolean; getTimeout(): number }): Manner {
  return { preview: request.getPreview(), limitMs: limitOf(request) };
}

/** The engine counts in seconds. Zero means that the program sets no limit. */
function limitOf(request: { getTimeout(): number }): number | undefined {
  return request.getTimeout() > 0 ? request.getTimeout() * 1_000 : undefined;
}

function checkResponse({ inputs, failures }: Checked): messages.CheckResponse {
  const reasons = failures.map((reason) => new messages.CheckFailure().setReason(reason));
  return new messages.CheckResponse().setInputs(structOf(inputs)).setFailuresList(reasons);
}

const KINDS = {
  add: [messages.PropertyDiff.Kind.ADD, messages.PropertyDiff.Kind.ADD_REPLACE],
  delete: [messages.PropertyDiff.Kind.DELETE, messages.PropertyDiff.Kind.DELETE_REPLACE],
  update: [messages.PropertyDiff.Kind.UPDATE, messages.PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

function diffResponse({ changes, replaces, details }: Difference): messages.DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  const response = new messages.DiffResponse()
    .setChanges(changes ? DIFF_SOME : DIFF_NONE)
    .setReplacesList([...replaces])
    .setDiffsList(Object.keys(details))
    .setHasdetaileddiff(true);
  for (const [property, kind] of Object.entries(details)) {
    const [plain, replacing] = KINDS[kind];
    const shown = new messages.PropertyDiff().setKind(replaces.includes(property) ? replacing : plain);
    response.getDetaileddiffMap().set(property, shown);
  }
  return response;
}

/** A method that returns a response, or fails with the error that the engine shows. */
function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, done) => {
    Promise.resolve(call.request)
      .then(answer)
      .then(
        (response) => done(null, response),
        (error) => done(failureOf(error)),
      );
  };
}

/** Error of a create or update that changed something. The engine stores its state, and the next update continues. */
interface PartialFailure {
  readonly id: string;
  readonly properties: Properties;
  readonly reasons: readonly string[];
}

function failureOf(error: unknown): Partial<ServiceError> {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new Metadata();
  if (isPartial(error)) {
    const failure = new messages.ErrorResourceInitFailed()
      .setId(error.id)
      .setProperties(structOf(error.properties))
      .setReasonsList([...error.reasons]);
    const details = new Any();
    details.pack(failure.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const whole = new Status();
    whole.setCode(status.UNKNOWN);
    whole.setMessage(message);
    whole.addDetails(details);
    metadata.add("grpc-status-details-bin", Buffer.from(whole.serializeBinary()));
  }
  return { code: status.UNKNOWN, details: message, message, metadata };
}

function isPartial(error: unknown): error is PartialFailure {
  return typeof error === "object" && error !== null && "reasons" in error && "id" in error;
}
