import { type ClientUnaryCall, credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

/** The plugin's output for an error that the engine shows with the resource. */
export const SEE_RESOURCE = "payengine: see the error of the resource\n";

/** The plugin's output without the hint to pin the account. */
export function printedBesidesHint(stderr: string): string {
  return stderr.replace(/^info: payengine:accountId is not set.*\n/, "");
}

/** Properties of a resource as they go over the wire. */
export type Wire = { [key: string]: JavaScriptValue };

/** What the engine stores of a create or update that failed halfway. */
export interface PartialFailure {
  readonly id: string;
  readonly properties: Wire;
  readonly reasons: string[];
}

type Callback<Answer> = (error: ServiceError | null, answer: Answer) => void;

/** The engine's side of the provider protocol. A failed call rejects with gRPC's error. */
export class PluginClient {
  private readonly client: ResourceProviderClient;

  constructor(address: string) {
    this.client = new ResourceProviderClient(address, credentials.createInsecure());
  }

  close(): void {
    this.client.close();
  }

  async configure(config: Wire): Promise<void> {
    const request = new messages.ConfigureRequest();
    request.setArgs(Struct.fromJavaScript(config));
    await call<messages.ConfigureResponse>((done) => this.client.configure(request, done));
  }

  async check(olds: Wire, news: Wire): Promise<{ inputs: Wire; failures: messages.CheckFailure.AsObject[] }> {
    const request = new messages.CheckRequest();
    request.setOlds(Struct.fromJavaScript(olds));
    request.setNews(Struct.fromJavaScript(news));
    const answer = await call<messages.CheckResponse>((done) => this.client.check(request, done));
    return {
      inputs: plainOf(answer.getInputs()),
      failures: answer.getFailuresList().map((failure) => failure.toObject()),
    };
  }

  async diff(olds: Wire, news: Wire): Promise<{ changes: boolean; replaces: string[] }> {
    const request = new messages.DiffRequest();
    request.setId(String(olds.uniqueName));
    request.setOlds(Struct.fromJavaScript(olds));
    request.setNews(Struct.fromJavaScript(news));
    const answer = await call<messages.DiffResponse>((done) => this.client.diff(request, done));
    const changes = answer.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME;
    return { changes, replaces: answer.getReplacesList() };
  }

  async create(inputs: Wire): Promise<{ id: string; outputs: Wire }> {
    const request = new messages.CreateRequest();
    request.setProperties(Struct.fromJavaScript(inputs));
    const answer = await call<messages.CreateResponse>((done) => this.client.create(request, done));
    return { id: answer.getId(), outputs: plainOf(answer.getProperties()) };
  }

  async read(state: Wire): Promise<{ id: string; outputs: Wire }> {
    const request = new messages.ReadRequest();
    request.setId(String(state.uniqueName));
    request.setProperties(Struct.fromJavaScript(state));
    const answer = await call<messages.ReadResponse>((done) => this.client.read(request, done));
    return { id: answer.getId(), outputs: plainOf(answer.getProperties()) };
  }

  async update(olds: Wire, news: Wire): Promise<Wire> {
    const request = new messages.UpdateRequest();
    request.setId(String(olds.uniqueName));
    request.setOlds(Struct.fromJavaScript(olds));
    request.setNews(Struct.fromJavaScript(news));
    const answer = await call<messages.UpdateResponse>((done) => this.client.update(request, done));
    return plainOf(answer.getProperties());
  }

  async delete(state: Wire): Promise<void> {
    const request = new messages.DeleteRequest();
    request.setId(String(state.uniqueName));
    request.setProperties(Struct.fromJavaScript(state));
    await call<unknown>((done) => this.client.delete(request, done));
  }
}

/** The error that a call rejects with. */
export async function refusal(answer: Promise<unknown>): Promise<ServiceError> {
  return answer.then(
    () => {
      throw new Error("the plugin refused nothing");
    },
    (error: ServiceError) => error,
  );
}

/** What the engine reads out of a failed create or update; undefined for a plain failure. */
export function partialFailureIn(error: ServiceError): PartialFailure | undefined {
  const [details] = error.metadata.get("grpc-status-details-bin");
  if (details === undefined) return undefined;
  const [any] = Status.deserializeBinary(Buffer.from(details as Buffer)).getDetailsList();
  const failure = any?.unpack(
    messages.ErrorResourceInitFailed.deserializeBinary,
    "pulumirpc.ErrorResourceInitFailed",
  );
  if (!failure) return undefined;
  return {
    id: failure.getId(),
    properties: plainOf(failure.getProperties()),
    reasons: failure.getReasonsList(),
  };
}

function plainOf(struct: Struct | undefined): Wire {
  return struct?.toJavaScript() ?? {};
}

function call<Answer>(send: (done: Callback<Answer>) => ClientUnaryCall): Promise<Answer> {
  return new Promise((resolve, reject) => {
    send((error, answer) => (error ? reject(error) : resolve(answer)));
  });
}
