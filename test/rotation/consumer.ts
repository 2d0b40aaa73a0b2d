import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** What a consumer has seen so far. */
export interface Report {
  readonly calls: number;
  /** Requests without a 200 response. */
  readonly failed: number;
  /** Where it takes a token by PUT. */
  readonly url: string;
}

/** A service in a separate process that keeps sending requests to PayEngine with its latest token. */
export class Consumer {
  private constructor(private readonly child: ChildProcess) {}

  static async start(apiUrl: string, token?: string): Promise<Consumer> {
    const child = fork(join(__dirname, "consumer-process.cjs"), [apiUrl], { stdio: "inherit", execArgv: [] });
    const consumer = new Consumer(child);
    await consumer.ask({ token });
    return consumer;
  }

  /** Gives it the token that it uses from now on. */
  reload(token: string): Promise<Report> {
    return this.ask({ token });
  }

  report(): Promise<Report> {
    return this.ask({});
  }

  /** Resolves once it has sent some requests with its current token. */
  async callsOn(count = 3): Promise<void> {
    const { calls } = await this.report();
    while ((await this.report()).calls < calls + count)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async stop(): Promise<Report> {
    const ended = once(this.child, "exit");
    const report = await this.ask({ stop: true });
    await ended;
    return report;
  }

  private async ask(message: object): Promise<Report> {
    const over = new AbortController();
    const answered = once(this.child, "message", over);
    const died = once(this.child, "exit", over).then(() =>
      Promise.reject(new Error("The consumer has died")),
    );
    this.child.send(message);
    return Promise.race([answered.then(([report]) => report), died]).finally(() => over.abort());
  }
}
