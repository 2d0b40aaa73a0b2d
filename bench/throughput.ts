import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Agent, request } from "undici";
import { payEngineClient } from "../provider/payengine/calls";
import { DEFAULT_CONTRACT } from "../provider/payengine/contract";
import { openDispatcher } from "../provider/payengine/dispatcher";
import { connectionBy, createRequest } from "../provider/payengine/http";
import type { CallSettings } from "../provider/payengine/settings";
import type { ThroughputResult } from "./results";

const CALLS = 4_000;
const CONCURRENCIES = [8, 64];

/** Requests keys from a server that answers at once: with this package's client, and with undici alone. */
export async function throughput(rounds: number): Promise<ThroughputResult[]> {
  const server = fork(join(__dirname, "answer-at-once.cjs"));
  try {
    const [url] = (await once(server, "message")) as [string];
    return await measure(url, rounds);
  } finally {
    await stopped(server);
  }
}

async function measure(url: string, rounds: number): Promise<ThroughputResult[]> {
  const settings: CallSettings = {
    apiUrl: url,
    credential: "c0ffee".repeat(17),
    requestTimeout: 30_000,
    maxRetries: 3,
    contract: DEFAULT_CONTRACT,
  };
  const dispatcher = openDispatcher(settings);
  const agent = new Agent();
  const api = payEngineClient(createRequest(settings, connectionBy(dispatcher)), settings.contract);
  const headers = { authorization: `Basic ${settings.credential}`, accept: "application/json" };
  const clients = {
    "pulumi-payengine": () => api.getKey("key_1"),
    undici: async () => {
      const { body } = await request(`${url}/api-keys/key_1`, { dispatcher: agent, headers });
      return body.json();
    },
  };
  const results: ThroughputResult[] = [];
  // The first round warms up.
  for (let round = -1; round < rounds; round++) {
    for (const concurrency of CONCURRENCIES) {
      for (const [client, call] of Object.entries(clients)) {
        const callsPerSecond = await rate(call, concurrency);
        if (round >= 0) results.push({ client, concurrency, callsPerSecond });
      }
    }
  }
  await Promise.all([dispatcher.destroy(), agent.destroy()]);
  return results;
}

async function rate(call: () => Promise<unknown>, concurrency: number): Promise<number> {
  let left = CALLS;
  const started = performance.now();
  const worker = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return CALLS / ((performance.now() - started) / 1000);
}

async function stopped(server: ChildProcess): Promise<void> {
  const exited = once(server, "exit");
  server.kill();
  await exited;
}
