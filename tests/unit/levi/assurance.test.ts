import { beforeAll, describe, expect, test } from 'vitest';
import { LevigateError } from '../../../src/contract/errors.ts';
import { readSafetensors, tensor, writeSafetensors } from '../../../src/engine/index.ts';
import type { Tensor } from '../../../src/engine/index.ts';
import { assureAnswers, createPredictor, readAdapter, resolveLeviConfig } from '../../../src/levi/index.ts';
import type { Adapter, AnswerAssurance, LabelledFeatures } from '../../../src/levi/index.ts';
import { runToEnd, runtime, syntheticInput, syntheticRows, TAPS } from './synthetic-task.ts';

const configOf = (method: 'task_only' | 'levi+ensemble') =>
  resolveLeviConfig({ levi: { width: 8, method }, hyperparameters: { n_epochs: 2 } });
let bytes: Uint8Array;
beforeAll(async () => {
  bytes = (await runToEnd(syntheticInput({ config: configOf('levi+ensemble') }))).result.adapter;
});

type Options = Parameters<typeof assureAnswers>[2];

async function assured(adapter: Adapter, { features, records }: LabelledFeatures, options: Options = {}) {
  await using predictor = await createPredictor(runtime, adapter.architecture.spec);
  const { answers } = await predictor.run(adapter, { features, texts: records.map(({ text }) => text) });
  return assureAnswers(adapter, { features, answers }, options);
}

type Tensors = Record<string, Tensor>;

function altered(change: (tensors: Tensors) => void): Uint8Array {
  const file = readSafetensors(bytes);
  const tensors: Tensors = { ...file.tensors };
  change(tensors);
  return writeSafetensors(tensors, file.metadata);
}

const isAssurance = (name: string): boolean => /^(typicality|guarantees|neighbours)\./u.test(name);
const meanShift = (rows: readonly AnswerAssurance[]): number =>
  rows.reduce((sum, { shift_score: shift }) => sum + (shift ?? Number.NaN), 0) / rows.length;

test('new rows of the same kind have shift scores around one half, drifted ones high ones', async () => {
  const adapter = readAdapter(bytes);
  // The mean over 36 validation rows varies by 0.05 from one run to the next.
  const same = meanShift((await assured(adapter, syntheticRows(300, 31))).rows);
  expect(Math.abs(same - 0.5)).toBeLessThan(0.15);
  expect(meanShift((await assured(adapter, syntheticRows(300, 32, 2))).rows)).toBeGreaterThan(0.9);
});

test('a method that reads no features has shift scores all the same', async () => {
  const { result } = await runToEnd(syntheticInput({ config: configOf('task_only') }));
  const adapter = readAdapter(result.adapter);
  expect(meanShift((await assured(adapter, syntheticRows(100, 32, 2))).rows)).toBeGreaterThan(0.9);
});

test('sets hold the truth about as often as asked, on rows that no one has seen', async () => {
  const rows = syntheticRows(600, 33);
  const { rows: answers, notes } = await assured(readAdapter(bytes), rows, { coverage: 0.8 });
  const covered = answers.filter(({ prediction_set: set }, row) =>
    set?.includes(String(rows.records[row]?.label)),
  ).length;
  // One set of 36 validation rows decides the threshold: the coverage it gives varies by 7 points.
  expect(covered / 600).toBeGreaterThan(0.8 - 3 * 0.07);
  expect(answers.every(({ prediction_set: set }) => set !== null && set !== undefined && set.length > 0)).toBe(true);
  expect(notes).toEqual([]);
});

test('too few validation rows give every label and an abstention each, and notes that say so', async () => {
  const options = { coverage: 0.99, abstainAtRisk: 0.01 };
  const { rows, notes } = await assured(readAdapter(bytes), syntheticRows(3, 34), options);
  for (const { prediction_set: set, abstain: abstained } of rows) {
    expect(set?.toSorted()).toEqual(['billing', 'login', 'shipping']);
    expect(abstained).toBe(true);
  }
  expect(notes).toEqual([
    expect.stringMatching(
      /^coverage: 36 validation rows are too few for the level 0\.99, which takes 99; each set holds/u,
    ),
    expect.stringMatching(/^abstain_at_risk: 36 validation rows cannot show a risk of at most 0\.01; it takes \d{3},/u),
  ]);
});

test('the nearest of a training row is the row itself, by its line', async () => {
  const train = syntheticRows(240, 1);
  const { rows } = await assured(readAdapter(bytes), train, { nearest: 2 });
  const own = rows.filter(({ nearest }, row) => nearest?.[0]?.id === `line:${row + 1}`).length;
  // Rows held out for the report are not among those that are stored: 15 % of the file.
  expect(own).toBe(240 - 36);
  expect(rows.every(({ nearest }) => nearest?.length === 2)).toBe(true);
});

test("a row's own id names it where it has one", async () => {
  const { records, features } = syntheticRows(60, 1);
  const train = { records: records.map((record, row) => ({ ...record, id: `ticket ${row}` })), features };
  const { result } = await runToEnd(syntheticInput({ train, config: configOf('task_only') }));
  const { rows } = await assured(readAdapter(result.adapter), train, { nearest: 1 });
  expect(rows.every(({ nearest }) => nearest?.[0]?.id.startsWith('ticket ') === true)).toBe(true);
});

test('what was not asked for is not there', async () => {
  const { rows, notes } = await assured(readAdapter(bytes), syntheticRows(1, 35));
  expect(Object.keys(rows[0] ?? {})).toEqual(['shift_score']);
  expect(notes).toEqual([]);
});

test('an adapter of an earlier release is read, answers null and says what would help', async () => {
  const earlier = altered((tensors) => {
    for (const name of Object.keys(tensors).filter(isAssurance)) delete tensors[name];
  });
  const options = { coverage: 0.9, abstainAtRisk: 0.1, nearest: 1 };
  const { rows, notes } = await assured(readAdapter(earlier), syntheticRows(1, 36), options);
  expect(rows).toEqual([{ shift_score: null, prediction_set: null, abstain: null, nearest: null }]);
  expect(notes).toEqual([expect.stringMatching(/Run its fine-tuning job again/u)]);
});

test('holds no text of the training file', () => {
  const readable = new TextDecoder('latin1').decode(bytes);
  expect(readable).toContain('line:');
  for (const { text } of syntheticRows(240, 1).records) expect(readable).not.toContain(text);
});

describe('readAdapter refuses', () => {
  const cases: readonly [string, (tensors: Tensors) => void, RegExp][] = [
    ['a part of it', (tensors) => delete tensors['typicality.whitening'], /lacks the tensor "typicality\.whitening"/u],
    [
      'another shape',
      (tensors) => (tensors['typicality.centre'] = tensor(new Float32Array(2), [1, 2])),
      /"typicality\.centre" of shape \[1, 2\], expected \[3, 8\]/u,
    ],
    [
      'a number that is not finite',
      (tensors) => (tensors['typicality.whitening'] = tensor(new Float32Array(TAPS * 64).fill(Infinity), [TAPS, 8, 8])),
      /"typicality\.whitening" that is not a finite number/u,
    ],
    [
      'a list out of order',
      (tensors) => (tensors['guarantees.nonconformity'] = tensor(Float32Array.of(0.5, 0.1))),
      /"guarantees\.nonconformity" out of order/u,
    ],
    [
      'an outcome that is neither right nor wrong',
      (tensors) => (tensors['guarantees.wrong'] = tensor(new Int32Array(36).fill(2))),
      /"guarantees\.wrong" that does not say right or wrong/u,
    ],
    [
      'ids of another number than rows',
      (tensors) => (tensors['neighbours.ids'] = tensor(new Int32Array(new TextEncoder().encode('["a"]   ').buffer))),
      /expected those of 1 rows/u,
    ],
    [
      'ids that are none',
      (tensors) => (tensors['neighbours.ids'] = tensor(Int32Array.of(1))),
      /"neighbours\.ids" that is no list of names/u,
    ],
  ];
  test.each(cases)('%s', (_, change, message) => {
    const read = (): unknown => readAdapter(altered(change));
    expect(read).toThrow(LevigateError);
    expect(read).toThrow(message);
  });
});
