import { type RunningSandbox, SandboxControl, type SandboxOptions, startSandbox } from "../src";

/** A key in the contract's format. */
export interface KeyBody {
  id: string;
  name: string;
  type: string;
  status: string;
  key?: string;
  redacted_key: string;
  created_at: string;
  updated_at: string;
  last_used_at: string | null;
}

/** A merchant in the contract's format. */
export interface MerchantBody {
  id: string;
  name: string;
  email: string;
  status: string;
  created_at: string;
  updated_at: string;
  mid: string;
}

/** A raw response. `body` is undefined if it is not JSON. */
export interface WireAnswer<Body> {
  status: number;
  headers: Headers;
  text: string;
  body: Body;
}

/** Calls a sandbox with one private key. */
export class SandboxClient {
  constructor(
    readonly url: string,
    readonly key: string,
  ) {}

  create(name: string, type = "private"): Promise<WireAnswer<{ message: string; data: KeyBody }>> {
    return this.send("POST", "/api-keys", { name, type });
  }

  list(query = ""): Promise<WireAnswer<{ data: KeyBody[]; total?: number }>> {
    return this.send("GET", `/api-keys${query}`);
  }

  get(id: string): Promise<WireAnswer<{ data: KeyBody }>> {
    return this.send("GET", `/api-keys/${id}`);
  }

  revoke(id: string): Promise<WireAnswer<{ data: KeyBody }>> {
    return this.send("DELETE", `/api-keys/${id}`);
  }

  merchant(query = ""): Promise<WireAnswer<{ data: MerchantBody[]; total?: number }>> {
    return this.send("GET", `/merchant${query}`);
  }

  getMerchant(id: string): Promise<WireAnswer<{ data: MerchantBody }>> {
    return this.send("GET", `/merchant/${id}`);
  }

  /** The names of all listed keys, newest first, except credentials. */
  async names(): Promise<string[]> {
    const { body } = await this.list("?size=100");
    return body.data.map((key) => key.name).filter((name) => !name.startsWith("credential of"));
  }

  async send<Body>(method: string, path: string, body?: unknown): Promise<WireAnswer<Body>> {
    const response = await this.fetch(method, path, body);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    const { status, headers } = response;
    return { status, headers, text, body: isJson ? JSON.parse(text) : (undefined as Body) };
  }

  fetch(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const authorization = { authorization: `Basic ${this.key}` };
    const json = {
      headers: { ...authorization, "content-type": "application/json" },
      body: JSON.stringify(body),
    };
    return fetch(`${this.url}${path}`, {
      method,
      signal,
      redirect: "manual",
      ...(body === undefined ? { headers: authorization } : json),
    });
  }
}

const running: RunningSandbox[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
});

/** A sandbox with its control interface, closed after the test. */
export async function openSandbox(options: SandboxOptions = {}) {
  const sandbox = await startSandbox({ control: true, ...options });
  running.push(sandbox);
  const control = new SandboxControl(sandbox.controlUrl ?? "");
  const admin = new SandboxClient(sandbox.url, sandbox.adminKey ?? "");
  return { sandbox, control, admin };
}

/** Repeats until there is a result, within the test's time limit. */
export async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
