import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describeWhose } from "../../cli/whose-report";
import { whoseKeys } from "../../recovery/whose/whose-keys";
import { exported } from "./whose-harness";

/** State shows four characters at each end, and a part of a fingerprint may be the same by chance. */
const PIECE = 9;
const ESC = String.fromCharCode(27);

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });

/** What logs and tools do with a text. */
const WRAPPERS: ((text: string) => string)[] = [
  (text) => `the key is "${text}".`,
  (text) => JSON.stringify({ headers: { authorization: `Basic ${text}` } }),
  (text) => encodeURIComponent(` ${text} `),
  (text) => Buffer.from(text).toString("base64"),
  (text) => Buffer.from(`${text}:`).toString("base64"),
  (text) => `${ESC}[31m${text}${ESC}[0m`,
  (text) => `\n${text}\n`,
  (text) => `PAYENGINE_API_KEY=${text} npm start`,
];
const wrapped = fc.array(fc.constantFrom(...WRAPPERS), { maxLength: 3 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "whose-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a known key is found through three layers of encoding, and no output has a part of any key in the input", async () => {
  await fc.assert(
    fc.asyncProperty(hex(108), hex(108), wrapped, fc.string(), async (known, unknown, wrappers, noise) => {
      const path = join(folder, "state.json");
      await writeFile(path, exported("dev", [{ resource: "checkout", token: known }]));
      const encode = (text: string) => wrappers.reduce((inner, wrap) => wrap(inner), text);
      const input = `${noise} ${encode(unknown)}\n${encode(known)} ${noise}`;
      const report = await whoseKeys([Buffer.from(input)], { files: [path] });
      expect(report.keys.map(({ match, resource }) => `${match} ${resource}`)).toEqual(["exact checkout"]);
      const said = `${JSON.stringify(report)}\n${describeWhose(report)}`;
      for (const key of [known, unknown])
        for (let from = 0; from + PIECE <= key.length; from += 1)
          expect(said.includes(key.slice(from, from + PIECE))).toBe(false);
    }),
    { numRuns: 200 },
  );
});
