import { type ClientUnaryCall, credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Wire } from "./plugin-client";

type Callback<Answer> = (error: ServiceError | null, answer: Answer) => void;

export const URN = "urn:pulumi:prod::shop::payengine:index:ApiKey::checkout";
const PROVIDER = "urn:pulumi:prod::shop::pulumi:providers:payengine::";
/** As the engine draws it for each resource of an update. */
const SEED = new Uint8Array(32).fill(7);

/** Speaks the engine's side of the protocol to a native plugin. */
export class NativeClient {
  private readonly client: ResourceProviderClient;

  constructor(address: string) {
    this.client = new ResourceProviderClient(address, credentials.createInsecure());
  }

  close(): void {
    this.client.close();
  }

  /** Checks a configuration and uses it, as the engine does. */
  async configure(inputs: Wire, name = "default"): Promise<{ inputs: Wire; failures: string[] }> {
    const request = new messages.CheckRequest().setUrn(`${PROVIDER}${name}`).setNews(struct(inputs));
    const answer = await call<messages.CheckResponse>((done) => this.client.checkConfig(request, done));
    const checked = plainOf(answer.getInputs());
    const configure = new messages.ConfigureRequest().setArgs(struct(checked));
    await call<messages.ConfigureResponse>((done) => this.client.configure(configure, done));
    return { inputs: checked, failures: answer.getFailuresList().map((it) => it.getReason()) };
  }

  async diffConfig(olds: Wire, news: Wire): Promise<string[]> {
    const request = new messages.DiffRequest().setOlds(struct(olds)).setNews(struct(news));
    return (
      await call<messages.DiffResponse>((done) => this.client.diffConfig(request, done))
    ).getReplacesList();
  }

  async check(olds: Wire, news: Wire): Promise<{ inputs: Wire; failures: string[] }> {
    const request = new messages.CheckRequest()
      .setUrn(URN)
      .setOlds(struct(olds))
      .setNews(struct(news))
      .setRandomseed(SEED);
    const answer = await call<messages.CheckResponse>((done) => this.client.check(request, done));
    return {
      inputs: plainOf(answer.getInputs()),
      failures: answer.getFailuresList().map((it) => `${it.getProperty()}${it.getReason()}`),
    };
  }

  async diff(olds: Wire, news: Wire) {
    const request = new messages.DiffRequest()
      .setUrn(URN)
      .setId(String(olds.uniqueName))
      .setOlds(struct(olds))
      .setNews(struct(news));
    const answer = await call<messages.DiffResponse>((done) => this.client.diff(request, done));
    return {
      changes: answer.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
      replaces: answer.getReplacesList(),
      details: [...answer.getDetaileddiffMap().keys()].sort(),
    };
  }

  async create(inputs: Wire, { preview = false, timeout = 0 } = {}): Promise<{ id: string; outputs: Wire }> {
    const request = new messages.CreateRequest()
      .setUrn(URN)
      .setProperties(struct(inputs))
      .setPreview(preview)
      .setTimeout(timeout);
    const answer = await call<messages.CreateResponse>((done) => this.client.create(request, done));
    return { id: answer.getId(), outputs: plainOf(answer.getProperties()) };
  }

  async read(id: string, state: Wire = {}, inputs: Wire = {}) {
    const request = new messages.ReadRequest()
      .setUrn(URN)
      .setId(id)
      .setProperties(struct(state))
      .setInputs(struct(inputs));
    const answer = await call<messages.ReadResponse>((done) => this.client.read(request, done));
    return {
      id: answer.getId(),
      outputs: plainOf(answer.getProperties()),
      inputs: plainOf(answer.getInputs()),
    };
  }

  async update(olds: Wire, news: Wire, { preview = false } = {}): Promise<Wire> {
    const request = new messages.UpdateRequest()
      .setUrn(URN)
      .setId(String(olds.uniqueName))
      .setOlds(struct(olds))
      .setNews(struct(news))
      .setPreview(preview);
    const answer = await call<messages.UpdateResponse>((done) => this.client.update(request, done));
    return plainOf(answer.getProperties());
  }

  async delete(state: Wire): Promise<void> {
    const request = new messages.DeleteRequest()
      .setUrn(URN)
      .setId(String(state.uniqueName))
      .setProperties(struct(state));
    await call<unknown>((done) => this.client.delete(request, done));
  }

  async invoke(name: string, args: Wire): Promise<Wire> {
    const request = new messages.InvokeRequest().setTok(`payengine:index:${name}`).setArgs(struct(args));
    const answer = await call<messages.InvokeResponse>((done) => this.client.invoke(request, done));
    return plainOf(answer.getReturn());
  }

  async schema(): Promise<string> {
    const request = new messages.GetSchemaRequest();
    return (
      await call<messages.GetSchemaResponse>((done) => this.client.getSchema(request, done))
    ).getSchema();
  }

  async cancel(): Promise<void> {
    await call<unknown>((done) => this.client.cancel(new Empty(), done));
  }
}

function struct(properties: Wire): Struct {
  return Struct.fromJavaScript(properties);
}

function plainOf(properties: Struct | undefined): Wire {
  return properties?.toJavaScript() ?? {};
}

function call<Answer>(send: (done: Callback<Answer>) => ClientUnaryCall): Promise<Answer> {
  return new Promise((resolve, reject) => {
    send((error, answer) => (error ? reject(error) : resolve(answer)));
  });
}
