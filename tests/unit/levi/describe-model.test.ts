import { describe, expect, test } from 'vitest';
import { ComparedMethod } from '../../../src/contract/levi.ts';
import type { ModelGraph } from '../../../src/contract/index.ts';
import { sizeOf } from '../../../src/engine/index.ts';
import { BUCKETS, COVERAGE } from '../../../src/levi/adapter/adapter.ts';
import type { Adapter } from '../../../src/levi/adapter/adapter.ts';
import { describeModel } from '../../../src/levi/describe/describe-model.ts';
import { createRandomAdapter } from '../../support/random-adapter.ts';

const backbone = { id: 'tiny', fingerprint: 'f', modality: 'text', dtype: 'fp32', taps: 3, width: 12 } as const;

const draw = (...adapters: readonly Adapter[]): ModelGraph =>
  describeModel({
    model: 'ft:tiny',
    backbone,
    summary: null,
    targets: adapters.map((adapter, at) => ({ name: `target-${at}`, adapter })),
  });

describe.each(ComparedMethod.options)('%s', (method) => {
  const adapter = createRandomAdapter({ method });
  const { blocks } = draw(adapter);

  test('every block reads blocks before it, and all but the answer are read', () => {
    const seen = new Set<string>();
    for (const { id, reads } of blocks) {
      expect(reads.filter((read) => !seen.has(read))).toEqual([]);
      seen.add(id);
    }
    const read = new Set(blocks.flatMap(({ reads }) => reads));
    const unread = blocks.filter(({ id }) => !read.has(id)).map(({ kind }) => kind);
    // What reads no features leaves the pooling unread.
    expect(unread.filter((kind) => kind !== 'pooling')).toEqual(['answer']);
  });

  test("counts the adapter's numbers, each once", () => {
    const isSilent = !blocks.some(({ id }) => id === 'levi.task' || id === 'task');
    const learned = Object.entries(adapter.tensors).filter(
      ([name]) => name !== BUCKETS && name !== COVERAGE && !(isSilent && name.includes('ngrams')),
    );
    const expected = learned.reduce((sum, [, { dims }]) => sum + sizeOf(dims), 0);
    expect(blocks.reduce((sum, { parameters }) => sum + (parameters ?? 0), 0)).toBe(expected);
  });
});

test('a bare backbone ends at its pooling', () => {
  const { blocks, targets } = draw();
  expect({ last: blocks.at(-1)?.id, targets }).toEqual({ last: 'pooling', targets: [] });
});

test('several targets share the backbone and the record, and are told by their names', () => {
  const { blocks, targets } = draw(
    createRandomAdapter({ method: 'levi+ensemble' }),
    createRandomAdapter({ method: 'task_only', task: 'regression' }),
  );
  expect(new Set(blocks.map(({ id }) => id)).size).toBe(blocks.length);
  expect(blocks.filter(({ kind }) => kind === 'answer').map(({ title }) => title)).toEqual([
    'target-0: answer',
    'target-1: answer',
  ]);
  expect(targets.map(({ method, labels }) => [method, labels.length])).toEqual([
    ['levi+ensemble', 3],
    ['task_only', 0],
  ]);
});

test('says what was set: layers, width of the adapting layers, share of the probe, temperature', () => {
  const details = draw(createRandomAdapter({ method: 'levi+ensemble', isGated: true })).blocks.map(
    ({ detail }) => detail,
  );
  expect(details.slice(6)).toEqual([
    'layers 0-2',
    'n-grams; from scratch',
    '3 adapting layers, 8 wide, gated',
    'layer 2',
    'n-grams; from scratch',
    expect.stringMatching(/^mean of 3 views; probe's share \d\.\d\d$/),
    expect.stringMatching(/^softmax, temperature \d/),
  ]);
});
