import type { Entry, Header } from "har-format";
import { parseHar } from "../../cli/contract/har-file";
import { type Learned, learn } from "../../cli/contract/learn";
import { type HarRecorder, harOf } from "../har-recorder";
import { type RecordedKey, recordKey, type Steps } from "../recorded-console";
import { SandboxHarness } from "../sandbox-harness";

/** A recording at a sandbox by the published conventions, which tests change. */
export class UsualRecording {
  entries: readonly Entry[] = [];
  private constructor(private readonly harness: SandboxHarness) {}

  static async open(): Promise<UsualRecording> {
    const usual = new UsualRecording(await SandboxHarness.open());
    usual.entries = (await usual.record()).recorder.entries;
    return usual;
  }

  get url(): string {
    return this.harness.url;
  }

  get credential(): string {
    return this.harness.credential;
  }

  /** Records one more key. */
  record(steps: Steps = {}, recorder?: HarRecorder): Promise<RecordedKey> {
    const headers = { authorization: `Basic ${this.credential}` };
    return recordKey(this.url, headers, {}, steps, recorder);
  }

  close(): Promise<void> {
    return this.harness.close();
  }
}

export function learnFrom(entries: readonly Entry[]): Learned {
  return learn("keys.har", parseHar("keys.har", JSON.stringify(harOf(entries))));
}

/** The entries with other members of their requests and responses. */
export function changed(
  entries: readonly Entry[],
  change: (entry: Entry) => Partial<Entry["request"]> & { readonly response?: object },
): Entry[] {
  return entries.map((entry) => {
    const { response, ...request } = change(entry);
    const changes = {
      request: { ...entry.request, ...request },
      response: { ...entry.response, ...response },
    };
    return { ...entry, ...changes } as Entry;
  });
}

/** What is left to decide, as "certainty about: found → todo". */
export function undecided({ findings }: Learned): string[] {
  return findings.flatMap(({ about, certainty, found, todo }) =>
    todo ? [`${certainty} ${about}: ${found} → ${todo}`] : [],
  );
}

export function header(name: string, value: string): Header {
  return { name, value };
}
