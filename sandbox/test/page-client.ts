import { type Role, type RunningSandbox, seededUserId } from "../src";

/** A response of the page. */
export interface PageAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** The page as a browser uses it: with the session's cookie, and the CSRF token from the page's data. */
export class PageClient {
  private cookie = "";
  private csrfToken = "";

  constructor(private readonly sandbox: RunningSandbox) {}

  /** The session's cookie and token, for requests of somebody else. */
  get secrets() {
    return { cookie: this.cookie, csrfToken: this.csrfToken };
  }

  async signIn(
    role: Role,
    { account = "sandbox", code = this.sandbox.signInCode } = {},
  ): Promise<PageAnswer> {
    const body = { user: seededUserId(account, role), code };
    const answer = await this.send("POST", "/page/sign-in/user", { body });
    this.cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
    this.csrfToken = /"csrfToken":"([^"]+)"/.exec(answer.text)?.[1] ?? "";
    return answer;
  }

  /** Sends a request with the session's cookie and token, and with these headers in their place. */
  async send(
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Record<string, string>; body?: unknown } = {},
  ): Promise<PageAnswer> {
    const all: Record<string, string> = { cookie: this.cookie, "x-csrf-token": this.csrfToken, ...headers };
    if (body !== undefined) all["content-type"] = "application/json";
    const sent = Object.entries(all).filter(([, value]) => value !== "");
    const response = await fetch(new URL(path, this.sandbox.pageUrl), {
      method,
      headers: Object.fromEntries(sent),
      body: JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  get(path: string): Promise<PageAnswer> {
    return this.send("GET", path);
  }
}
