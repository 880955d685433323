import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { buildGraph, buildModel, buildValueInfo } from '../../../src/engine/onnx/build.ts';
import { encodeModel } from '../../../src/engine/onnx/encode-model.ts';
import { onnxDataType } from '../../../src/engine/onnx/types.ts';
import { writeNgrams } from '../../../src/levi/export/ngram-nodes.ts';
import { createNodeWriter } from '../../../src/levi/export/node-writer.ts';
import type { Vocabulary } from '../../../src/levi/export/vocabulary-units.ts';
import { gatherScores } from '../../../src/levi/task-model/ngram-scores.ts';
import { createNgramEncoder, NGRAM_BUCKETS } from '../../../src/levi/task-model/ngram-vocabulary.ts';
import { hashNgrams } from '../../../src/levi/task-model/hash-ngrams.ts';

const WIDTH = 2;
const known = (texts: readonly string[]): Int32Array =>
  Int32Array.from(new Set(texts.flatMap((text) => [...hashNgrams(text, NGRAM_BUCKETS)]))).sort();

/** Scores and coverage by the graph, of rows of token ids. */
async function runGraph(vocabulary: Vocabulary, buckets: Int32Array, table: Float32Array, rows: readonly number[][]) {
  const writer = createNodeWriter('n/');
  const ngrams = writeNgrams(writer, { ids: 'ids', mask: 'mask', vocabulary, buckets });
  writer.rename(ngrams.scores(table, WIDTH), 'scores');
  writer.rename(ngrams.coverage(), 'coverage');
  const input = (name: string) => buildValueInfo(name, onnxDataType.int64, ['B', 'S']);
  const output = (name: string) => buildValueInfo(name, onnxDataType.float32, [null]);
  const graph = buildGraph({
    nodes: writer.nodes,
    initializers: writer.initializers,
    inputs: [input('ids'), input('mask')],
    outputs: [output('coverage'), buildValueInfo('scores', onnxDataType.float32, ['B', WIDTH])],
  });
  const session = await InferenceSession.create(encodeModel(buildModel({ graph })), { intraOpNumThreads: 1 });
  const longest = Math.max(...rows.map(({ length }) => length));
  const pad = (value: (row: readonly number[], at: number) => number) =>
    new Tensor(
      'int64',
      BigInt64Array.from(rows.flatMap((row) => Array.from({ length: longest }, (_, at) => BigInt(value(row, at))))),
      [rows.length, longest],
    );
  const found = await session.run({
    ids: pad((row, at) => row[at] ?? 0),
    mask: pad((row, at) => Number(at < row.length)),
  });
  await session.release();
  return { scores: found['scores']?.data as Float32Array, coverage: found['coverage']?.data as Float32Array };
}

/** The same by the code that serves. */
function serve(buckets: Int32Array, table: Float32Array, texts: readonly string[]) {
  const encoded = createNgramEncoder(buckets)(texts);
  return { scores: gatherScores(table, WIDTH, encoded, [...texts.keys()]), coverage: encoded.coverage };
}

const tableOf = (buckets: Int32Array): Float32Array =>
  Float32Array.from({ length: buckets.length * WIDTH }, (_, at) => Math.sin(at + 1));

async function expectEqual(vocabulary: Vocabulary, cases: readonly (readonly [string, readonly string[]])[]) {
  const texts = cases.map(([text]) => text);
  // All but the last text's own: some n-grams are unknown.
  const buckets = known(texts.slice(0, -1));
  const table = tableOf(buckets);
  const rows = cases.map(([, tokens]) =>
    tokens.map((token) => {
      const id = vocabulary.tokens.indexOf(token);
      if (id === -1) throw new Error(`no token ${token}`);
      return id;
    }),
  );
  const graph = await runGraph(vocabulary, buckets, table, rows);
  const server = serve(buckets, table, texts);
  for (const [at, score] of server.scores.entries()) expect(graph.scores[at], texts[at >> 1]).toBeCloseTo(score, 5);
  expect([...graph.coverage]).toEqual([...server.coverage]);
}

describe('words told from tokens are those of the text', () => {
  test('of a WordPiece vocabulary: pieces, punctuation, contractions, names with low lines, marks of several units', async () => {
    const tokens = [
      '[PAD]',
      '[CLS]',
      '[SEP]',
      'hello',
      '##s',
      'world',
      ',',
      'don',
      "'",
      't',
      'foo',
      '_',
      'bar',
      '.',
      '3',
      '14',
      '漢',
      '字',
      '😀',
      'new',
      'l',
      'homme',
      'dogs',
      'tail',
    ];
    const vocabulary = { kind: 'wordpiece', tokens, special: new Set([0, 1, 2]) } as const;
    await expectEqual(vocabulary, [
      ['Hellos, world', ['[CLS]', 'hello', '##s', ',', 'world', '[SEP]']],
      ["don't", ['[CLS]', 'don', "'", 't', '[SEP]']],
      ['foo_bar. 3.14', ['[CLS]', 'foo', '_', 'bar', '.', '3', '.', '14', '[SEP]']],
      ['漢字 😀 world', ['[CLS]', '漢', '字', '😀', 'world', '[SEP]']],
      ["l'homme", ['[CLS]', 'l', "'", 'homme', '[SEP]']],
      ["dogs' tail", ['[CLS]', 'dogs', "'", 'tail', '[SEP]']],
      ['', ['[CLS]', '[SEP]']],
      ['hello new world', ['[CLS]', 'hello', 'new', 'world', '[SEP]']],
    ]);
  });

  test('of a vocabulary with spaces: where there is none is known, so every text is told exactly', async () => {
    const tokens = ['<s>', '</s>', '▁Hel', 'lo', '▁don', "'", 't', '▁', 's', '▁new', '_', 'b', '!'];
    const vocabulary = { kind: 'metaspace', tokens, special: new Set([0, 1]) } as const;
    await expectEqual(vocabulary, [
      ['Hello', ['<s>', '▁Hel', 'lo', '</s>']],
      ["don't", ['▁don', "'", 't']],
      ["don 't", ['▁don', '▁', "'", 't']],
      ["don' t", ['▁don', "'", '▁', 't']],
      ['Hello_b!', ['▁Hel', 'lo', '_', 'b', '!']],
      ['new Hello', ['▁new', '▁Hel', 'lo']],
    ]);
  });

  test('of bytes, as GPT-2 spells them', async () => {
    const tokens = ['<s>', 'Hello', 'Ġworld', 'Ã©', 'tÃ©', 'Ġcaf', 'Ċ'];
    const vocabulary = { kind: 'byte_level', tokens, special: new Set([0]) } as const;
    await expectEqual(vocabulary, [
      ['Hello world', ['<s>', 'Hello', 'Ġworld']],
      [' café', ['Ġcaf', 'Ã©']],
      ['Hello\n world', ['Hello', 'Ċ', 'Ġworld']],
      ['Hello café', ['Hello', 'Ġcaf', 'Ã©']],
    ]);
  });
});

test('no text at all scores nothing and counts as known', async () => {
  const vocabulary = { kind: 'wordpiece', tokens: ['[PAD]', 'a'], special: new Set([0]) } as const;
  const found = await runGraph(vocabulary, Int32Array.of(), new Float32Array(0), [[0], [1]]);
  expect([...found.scores]).toEqual([0, 0, 0, 0]);
  expect([...found.coverage]).toEqual([1, 0]);
});
