import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { LevigateError } from '../../../src/contract/errors.ts';
import { readRecords } from '../../../src/levi/records/read-records.ts';
import { assertLabelsKnown, summariseTrainingFile } from '../../../src/levi/records/summarise-training-file.ts';
import type { TrainingFileSummary } from '../../../src/levi/records/summarise-training-file.ts';
import { streamOf } from '../../support/stream-of.ts';
import type { NumberedRecord } from '../../../src/levi/records/training-record.ts';

async function parse(content: string | Uint8Array, chunkBytes?: number): Promise<NumberedRecord[]> {
  return await Array.fromAsync(readRecords(streamOf(content, chunkBytes)));
}

const row = (text: string, label: unknown): string => JSON.stringify({ text, label });
const rows = (labels: readonly string[]): string =>
  labels.map((label, index) => row(`text ${index}`, label)).join('\n');

test('reads text, label and fields whatever the chunk size, line ends, blank lines and byte order mark', async () => {
  const content = `\uFEFF${row('größe 🙂', 'a')}\r\n\n{"text":"two","label":"b","fields":{"plan":"pro"}}`;
  for (const chunkBytes of [1, 2, 3, 1000]) {
    expect(await parse(content, chunkBytes)).toEqual([
      { line: 1, record: { text: 'größe 🙂', label: 'a' } },
      { line: 3, record: { text: 'two', label: 'b', fields: { plan: 'pro' } } },
    ]);
  }
});

test('reads any JSON string as text, however it is cut into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.trim() !== '')),
      fc.integer({ min: 1, max: 9 }),
      async (texts, chunkBytes) => {
        const parsed = await parse(texts.map((text) => row(text, 'x')).join('\n'), chunkBytes);
        expect(parsed.map(({ record }) => record.text)).toEqual(texts);
      },
    ),
    { numRuns: 50 },
  );
});

test('takes numbers and booleans as labels by their JSON spelling, and trims white space', async () => {
  const parsed = await parse([row('a', 1), row('b', true), row('c', ' yes ')].join('\n'));
  expect(parsed.map(({ record }) => record.label)).toEqual(['1', 'true', 'yes']);
});

test("reads OpenAI's chat format: last user message with the turns before it, last assistant message", async () => {
  const messages = [
    { role: 'system', content: 'classify' },
    { role: 'user', content: 'first' },
    { role: 'assistant', content: 'x' },
    { role: 'user', content: [{ type: 'text', text: 'second' }] },
    { role: 'assistant', content: 'billing' },
  ];
  expect(await parse(JSON.stringify({ messages }))).toEqual([
    { line: 1, record: { text: 'second\n\nassistant: x\nuser: first', label: 'billing' } },
  ]);
});

test.each([
  ['not JSON', `${row('a', 'x')}\n{"text": "b", "lab`, /line 2: is not JSON/u],
  ['an array', '[1]', /line 1: .*not an object/u],
  ['missing text', '{"label":"a"}', /line 1, field "text": is missing/u],
  ['text that is no string', '{"text":5,"label":"a"}', /field "text": must be a string/u],
  ['empty text', '{"text":" ","label":"a"}', /field "text": is empty/u],
  ['missing label', `${row('a', 'x')}\n{"text":"b"}`, /line 2, field "label": is missing/u],
  ['an object as label', '{"text":"b","label":{"x":1}}', /field "label": .*give a list of strings/u],
  ['a label of free text', row('a', 'x'.repeat(300)), /field "label": is longer than 256/u],
  ['fields that are no object', '{"text":"b","label":"x","fields":3}', /field "fields": must be an object/u],
  [
    'a chat without an answer',
    '{"messages":[{"role":"user","content":"a"}]}',
    /field "messages\[role=assistant\].content": is missing/u,
  ],
])('refuses %s, naming line and field', async (_, content, message) => {
  const error = await parse(content).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(LevigateError);
  expect(error).toMatchObject({
    code: 'invalid_training_file',
    message: expect.stringMatching(message),
    param: 'training_file',
  });
});

test('refuses binary content, UTF-16 and bytes that are not UTF-8, naming the line', async () => {
  const good = new TextEncoder().encode(`${row('a', 'x')}\n`);
  await expect(parse(new Uint8Array([...good, 0x80, 0x81]))).rejects.toThrow(/line 2: is not valid UTF-8/u);
  await expect(parse(new Uint8Array([0x7b, 0x00, 0x22, 0x00]))).rejects.toThrow(/line 1: holds a NUL byte/u);
});

test('refuses a 10 MB line after reading no more than its first megabyte, and closes the source', async () => {
  let sent = 0;
  let cancelled = false;
  const chunk = new TextEncoder().encode('x'.repeat(65_536));
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent += chunk.length;
      controller.enqueue(chunk);
    },
    cancel: () => {
      cancelled = true;
    },
  });
  await expect(Array.fromAsync(readRecords(endless))).rejects.toThrow(/line 1: is longer than 1 MB/u);
  expect(sent).toBeLessThan(2 * 1024 * 1024);
  expect(cancelled).toBe(true);
});

test('summarises rows and labels', async () => {
  const summary = await summariseTrainingFile(streamOf(rows(['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b', 'a', 'c']), 1000));
  expect(summary).toMatchObject({
    rows: 10,
    targets: [
      {
        name: 'label',
        task: 'single_label',
        labels: { a: 5, b: 4, c: 1 },
        firstLines: { a: 1, b: 2, c: 10 },
        values: null,
      },
    ],
  });
});

test.each([
  ['an empty file', '', /holds no records/u],
  ['two rows', rows(['a', 'b']), /has 2 rows; at least 10/u],
  ['one class', rows(Array.from({ length: 12 }, () => 'a')), /every row has the label "a"/u],
  [
    'a label per row',
    rows(Array.from({ length: 12 }, (_, index) => `l${index}`)),
    /fewer than two labels occur more than once/u,
  ],
  [
    '5,000 classes',
    rows(Array.from({ length: 5000 }, (_, index) => `l${index}`)),
    /line 1001, field "label": this is the 1001th different label; at most 1,000/u,
  ],
])('refuses %s as a training file', async (_, content, message) => {
  await expect(summariseTrainingFile(streamOf(content, 4096))).rejects.toThrow(message);
});

const trainedOn = (label: string): TrainingFileSummary => ({
  rows: 3,
  targets: [{ name: 'label', task: 'single_label', labels: { [label]: 3 }, firstLines: { [label]: 1 }, values: null }],
});

test.each([
  ['Bug ', 'bug'],
  ['1.0', '1'],
])('a held-out label %j is told that the training file spells it %j', async (label, known) => {
  const summary = await summariseTrainingFile(streamOf(row('a', label)), { role: 'held_out' });
  expect(() => assertLabelsKnown(summary, trainedOn(known), 'validation_file')).toThrow(
    `It holds "${known}": use one spelling`,
  );
});

test('accepts one row as a held-out file, but no label that training does not know', async () => {
  const summary = await summariseTrainingFile(streamOf(row('a', 'unseen')), {
    file: 'validation_file',
    role: 'held_out',
  });
  expect(summary.rows).toBe(1);
  expect(() => assertLabelsKnown(summary, trainedOn('seen'), 'validation_file')).toThrow(
    /validation_file, line 1, field "label": "unseen" does not occur/u,
  );
});

test('refuses a million blank lines, which cost time and hold nothing', async () => {
  await expect(parse(new Uint8Array(1_000_010).fill(0x0a), 1024 * 1024)).rejects.toThrow(/more than 1,000,000 lines/u);
});
