import { setImmediate as nextTurn } from "node:timers/promises";
import { fewAtOnce } from "../../recovery/pulumi/few-at-once";

test("a few actions run at once, and their results come in order", async () => {
  let running = 0;
  let most = 0;
  const acts = [5, 1, 4, 0, 3, 2].map((turns) => async () => {
    running += 1;
    most = Math.max(most, running);
    for (let left = turns; left > 0; left--) await nextTurn();
    running -= 1;
    return turns;
  });
  const results: number[] = [];
  for await (const result of fewAtOnce(acts, 3)) results.push(result);
  expect([results, most]).toEqual([[5, 1, 4, 0, 3, 2], 3]);
});

test("a reader that stops early starts no further action, and waits for those that run", async () => {
  const ended: number[] = [];
  const acts = [0, 1, 2, 3, 4].map((index) => async () => {
    await nextTurn();
    ended.push(index);
    return index;
  });
  for await (const result of fewAtOnce(acts, 2)) if (result === 1) break;
  expect(ended).toEqual([0, 1, 2]);
});

test("no action gives no result", async () => {
  const results: never[] = [];
  for await (const result of fewAtOnce<never>([])) results.push(result);
  expect(results).toEqual([]);
});
