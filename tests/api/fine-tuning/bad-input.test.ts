import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DryRun, LeviOptions, LintFinding } from '../../../src/contract/index.ts';
import { createTar } from '../../support/archives.ts';
import { createTestGateway } from '../../support/gateway.ts';
import type { TestGateway } from '../../support/gateway.ts';
import { animatedPng, drawPng, pngHeader, toDataUri } from '../../support/images.ts';
import { toJsonl, uploadFile } from '../../support/training-data.ts';
import { createZip } from '../../support/zip-file.ts';

/** Whatever is wrong with data ends in a clear error, or in a documented rule and a finding with row numbers. */
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

type Content = string | Uint8Array<ArrayBuffer>;
interface Request {
  readonly training: Content;
  readonly validation?: Content;
  readonly shift?: Content;
  readonly levi?: LeviOptions;
  readonly model?: string;
}

async function dryRun({ training, validation, shift, levi = {}, model = 'all-minilm-l6-v2' }: Request) {
  const upload = (content: Content): Promise<string> => uploadFile(gateway, { content, filename: 'data' });
  const json = {
    model,
    training_file: await upload(training),
    ...(validation === undefined ? {} : { validation_file: await upload(validation) }),
    levi: {
      ...levi,
      ...(shift === undefined ? {} : { shift_files: [{ name: 'shift', file: await upload(shift) }] }),
    },
    dry_run: true,
  };
  return gateway.json('/v1/fine_tuning/jobs', { method: 'POST', json });
}

type Row = Readonly<Record<string, unknown>>;
const WORDS = ['invoice', 'crash', 'refund', 'login', 'export', 'printer', 'contract', 'upgrade', 'delay', 'outage'];
const base = (index: number): Row => ({
  text: `${WORDS[index % 10] ?? ''} number ${index} of ${WORDS[(index * 7 + 3) % 10] ?? ''} ${index * 31}`,
  label: index % 2 === 0 ? 'a' : 'b',
});
const rows = (count: number, change: (index: number) => Row = () => ({})): Row[] =>
  Array.from({ length: count }, (_, index) => ({ ...base(index), ...change(index) }));
const cellOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));
const csv = (records: readonly Row[]): string => {
  const names = Object.keys(records[0] ?? {});
  return `${names.join(',')}\n${records.map((row) => names.map((name) => cellOf(row[name])).join(',')).join('\n')}\n`;
};
const withField = (value: (index: number) => unknown, count = 20): Content =>
  toJsonl(rows(count, (index) => ({ f: value(index) })));
const auto: LeviOptions = { columns: { fields: 'auto' } };

const pictures = (special: Readonly<Record<string, Uint8Array>> = {}): Record<string, Uint8Array> => ({
  ...Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [
      `${index % 2 === 0 ? 'cat' : 'dog'}/${index}.png`,
      drawPng({ shade: 10 + index }),
    ]),
  ),
  ...special,
});
const IMAGES = { model: 'mobilenet-v2' } as const;

describe('a clear error', () => {
  test.each<[string, Request | (() => Promise<Request>), RegExp]>([
    [
      'a text among numbers, in a field declared a number',
      { training: withField((index) => (index === 4 ? 'n/a' : index)), levi: { columns: { fields: { f: 'number' } } } },
      /training_file, line 5, field "f": must be a finite number, found "n\/a"/u,
    ],
    [
      'an object in a field',
      {
        training: withField((index) => (index === 4 ? { a: 1 } : 'x')),
        levi: { columns: { fields: { f: 'categorical' } } },
      },
      /line 5, field "f": must be one value/u,
    ],
    [
      'a number where texts are',
      { training: toJsonl(rows(20, (index) => (index === 4 ? { text: 4 } : {}))) },
      /line 5, field "text": must be a string/u,
    ],
    [
      'a declared column that the training file lacks',
      { training: csv(rows(20)), levi: { columns: { fields: { plan: 'categorical' } } } },
      /training_file, line 1, field "plan": there is no such column/u,
    ],
    [
      'a declared column that another file lacks',
      {
        training: csv(rows(20, () => ({ plan: 'pro' }))),
        validation: csv(rows(5)),
        levi: { columns: { fields: { plan: 'categorical' } } },
      },
      /validation_file, line 1, field "plan": there is no such column/u,
    ],
    [
      'a label that only the validation file has',
      { training: toJsonl(rows(20)), validation: toJsonl(rows(5, (index) => (index === 3 ? { label: 'B ' } : {}))) },
      /validation_file, line 4, field "label": "B" does not occur in the training file. It holds "b"/u,
    ],
    [
      'dates in three formats, in a field declared a date',
      {
        training: withField((index) => ['2026-11-23', '23.11.2026', '11/23/26'][index % 3]),
        levi: { columns: { fields: { f: 'date' } } },
      },
      /line 2, field "f": must be a date such as 2026-11-23.*found "23\.11\.2026"/u,
    ],
    [
      'infinity in a field declared a number',
      {
        training: csv(rows(20, (index) => ({ f: index === 4 ? 'inf' : index }))),
        levi: { columns: { fields: { f: 'number' } } },
      },
      /line 6, field "f": must be a finite number, found "inf"/u,
    ],
    [
      'infinity in a field whose values are numbers',
      { training: csv(rows(20, (index) => ({ f: index === 4 ? '-Infinity' : index }))), levi: auto },
      /training_file, line 6, field "f": is infinite, in a field whose values are numbers/u,
    ],
    [
      'NaN as a weight',
      { training: csv(rows(20, (index) => ({ w: index === 4 ? 'NaN' : 1 }))), levi: { columns: { weight: 'w' } } },
      /line 6, field "w": must be a number above 0/u,
    ],
    ['one class', { training: toJsonl(rows(20, () => ({ label: 'a' }))) }, /every row has the label "a"/u],
    [
      'a row without a group',
      { training: toJsonl(rows(20, (index) => ({ g: index === 4 ? null : 'x' }))), levi: { columns: { group: 'g' } } },
      /line 5, field "g": is missing/u,
    ],
    [
      'a picture of 121 megapixels',
      { ...IMAGES, training: createZip(pictures({ 'cat/big.png': pngHeader(11_000, 11_000) })) },
      /entry "cat\/big\.png", field "image": is an image of 11000 x 11000 pixels/u,
    ],
    [
      'an animation',
      { ...IMAGES, training: createZip(pictures({ 'cat/wave.png': animatedPng() })) },
      /entry "cat\/wave\.png", field "image": is an animation/u,
    ],
    [
      'a zip with a path outside itself',
      { ...IMAGES, training: createZip(pictures({ '../../evil.png': drawPng() })) },
      /entry "\.\.\/\.\.\/evil\.png": has a path that leads out of the archive/u,
    ],
    [
      'a tar with a path outside itself',
      async () => ({ ...IMAGES, training: await createTar(pictures({ '/etc/evil.png': drawPng() })) }),
      /entry "\/etc\/evil\.png": has an absolute path/u,
    ],
    [
      'a zip bomb',
      { ...IMAGES, training: createZip(pictures(), { isDeflated: true, claimedSizes: { 'cat/0.png': 2 ** 31 } }) },
      /the archive unpacks to more than 1 GB/u,
    ],
    [
      'texts for a backbone of images',
      { ...IMAGES, training: toJsonl(rows(20)) },
      /line 1, field "image": is missing, and mobilenet-v2 reads images/u,
    ],
    [
      'images for a backbone of texts',
      { training: createZip(pictures()) },
      /field "text": is missing, and all-minilm-l6-v2 reads texts/u,
    ],
    [
      'a URL for an image',
      { ...IMAGES, training: toJsonl(rows(20, () => ({ text: undefined, image: 'https://example.org/1.png' }))) },
      /line 1, field "image": is a URL, and nothing is fetched/u,
    ],
  ])('%s', async (_, request, message) => {
    const { status, body } = await dryRun(typeof request === 'function' ? await request() : request);
    expect({ status, code: body.error?.code }).toEqual({ status: 400, code: 'invalid_training_file' });
    expect(body.error.message).toMatch(message);
    expect(body.error.param).toMatch(/^(training_file|validation_file|levi\.)/u);
  });
});

interface Rule {
  readonly finding?: Partial<LintFinding>;
  readonly fields?: Partial<Record<string, Partial<DryRun['fields'][string]>>>;
}

describe('a rule, and a finding with row numbers', () => {
  test.each<[string, Request, Rule]>([
    [
      'a text among numbers: names, unless declared',
      { training: csv(rows(40, (index) => ({ f: index === 4 ? 'n/a' : index }))), levi: auto },
      {
        finding: { code: 'mixed_field_types', rows: [6], count: 1 },
        fields: { f: { type: 'categorical', inferred: true } },
      },
    ],
    [
      'numbers and their spelling, in JSON',
      { training: withField((index) => (index === 4 ? '4' : index)), levi: auto },
      { finding: { code: 'mixed_field_types', rows: [5], count: 1 }, fields: { f: { type: 'number' } } },
    ],
    [
      'a field that the validation file lacks: missing there',
      { training: csv(rows(20, (index) => ({ plan: index % 3 }))), validation: csv(rows(12).slice(5)), levi: auto },
      { finding: { code: 'field_in_one_file', file: 'validation_file', count: 1 } },
    ],
    [
      'a field that only a shift file has: ignored',
      { training: csv(rows(20)), shift: csv(rows(12, () => ({ plan: 'x' }))), levi: auto },
      {
        finding: {
          code: 'field_in_one_file',
          file: 'levi.shift_files.0.file',
          rows: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
          count: 12,
        },
      },
    ],
    [
      'values of another type in the validation file: missing there',
      {
        training: csv(rows(20, (index) => ({ f: index }))),
        validation: csv(rows(5, (index) => ({ f: index === 2 ? 'old' : 1 }))),
        levi: auto,
      },
      { finding: { code: 'field_type_differs', file: 'validation_file', rows: [4], count: 1 } },
    ],
    [
      'labels that the validation file lacks',
      { training: toJsonl(rows(20)), validation: toJsonl(rows(20, () => ({ label: 'a' })).slice(15)) },
      { finding: { code: 'missing_labels', file: 'validation_file', count: 1 } },
    ],
    [
      'a field without a value in any row',
      { training: csv(rows(20, () => ({ f: '' }))), levi: { columns: { fields: { f: 'categorical' } } } },
      {
        finding: { code: 'empty_field', count: 1 },
        fields: { f: { type: 'categorical', inferred: false, missing: 20, distinct: 0 } },
      },
    ],
    [
      'a constant field',
      { training: withField(() => 'pro'), levi: auto },
      { finding: { code: 'constant_field', count: 20, rows: Array.from({ length: 20 }, (_, index) => index + 1) } },
    ],
    [
      'ids as floats, as pandas writes a column with gaps: one id in either form',
      {
        training: csv(
          rows(40, (index) => ({ user_id: index % 9 === 0 ? '' : index < 20 ? `${index % 7}.0` : index % 7 })),
        ),
        levi: auto,
      },
      {
        finding: {
          code: 'float_ids',
          severity: 'info',
          rows: [3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 21],
          count: 17,
        },
        fields: { user_id: { type: 'id', missing: 5, distinct: 7 } },
      },
    ],
    [
      'dates in three formats: names, unless declared',
      { training: withField((index) => ['2026-11-23', '23.11.2026', 'Nov 23, 2026'][index % 3]), levi: auto },
      {
        finding: { code: 'date_formats', rows: [2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20], count: 13 },
        fields: { f: { type: 'categorical' } },
      },
    ],
    [
      'NaN and gaps in a number: missing',
      { training: csv(rows(20, (index) => ({ f: ['NaN', '', 'nan', 1.5, 2][index % 5] }))), levi: auto },
      { fields: { f: { type: 'number', inferred: true, missing: 12, distinct: 2 } } },
    ],
    [
      'an imbalance of 1 to 10,000',
      {
        training: toJsonl(
          rows(10_003, (index) => ({ label: index < 10_000 ? 'most' : index < 10_002 ? 'few' : 'one' })),
        ),
      },
      { finding: { code: 'class_imbalance', severity: 'warn', rows: [10_003], count: 1 } },
    ],
    [
      'groups of one row',
      {
        training: toJsonl(rows(20, (index) => ({ g: index < 18 ? `g${index % 2}` : `single${index}` }))),
        levi: { columns: { group: 'g' } },
      },
      { finding: { code: 'small_groups', rows: [19, 20], count: 2 } },
    ],
    [
      'a group for every row',
      { training: toJsonl(rows(20, (index) => ({ g: `row ${index}` }))), levi: { columns: { group: 'g' } } },
      { finding: { code: 'small_groups', count: 20, message: expect.stringContaining('names rows rather than') } },
    ],
    [
      'pictures of one pixel',
      { ...IMAGES, training: createZip(pictures({ 'cat/dot.png': drawPng({ width: 1, height: 1 }) })) },
      { finding: { code: 'tiny_images', severity: 'warn', rows: [13], count: 1 } },
    ],
    [
      'the same picture twice, and in another file',
      {
        ...IMAGES,
        training: createZip(pictures({ 'cat/again.png': drawPng({ shade: 10 }) })),
        validation: createZip({ 'dog/1.png': drawPng({ shade: 11 }) }),
      },
      {
        finding: {
          code: 'duplicate_texts',
          rows: [13],
          count: 1,
          message: expect.stringContaining('an earlier picture'),
        },
      },
    ],
    [
      'the same picture in the validation file',
      { ...IMAGES, training: createZip(pictures()), validation: createZip({ 'dog/x.png': drawPng({ shade: 11 }) }) },
      {
        finding: {
          code: 'split_overlap',
          file: 'validation_file',
          rows: [1],
          count: 1,
          message: expect.stringContaining('a picture of the training file'),
        },
      },
    ],
    [
      'one picture with two labels',
      { ...IMAGES, training: createZip(pictures({ 'dog/again.png': drawPng({ shade: 10 }) })) },
      { finding: { code: 'conflicting_labels', rows: [1, 13], count: 2 } },
    ],
    [
      'texts in two languages',
      {
        training: toJsonl(
          rows(60, (index) => ({
            text:
              index % 12 === 0
                ? `ich habe die Rechnung ${index} nicht erhalten und das ist sehr ärgerlich für uns`
                : `the invoice ${index} was not what you have sent to us and this is the reason`,
          })),
        ),
      },
      { finding: { code: 'mixed_languages', severity: 'info', rows: [1, 13, 25, 37, 49], count: 5 } },
    ],
    [
      'images in JSONL, one of them tiny',
      {
        ...IMAGES,
        training: toJsonl(
          rows(12, (index) => ({
            text: undefined,
            image: toDataUri(drawPng(index === 3 ? { width: 2, height: 2 } : { shade: index })),
          })),
        ),
      },
      { finding: { code: 'tiny_images', rows: [4], count: 1 } },
    ],
  ])('%s', async (_, request, { finding, fields }) => {
    const { status, body } = await dryRun(request);
    expect({ status, error: body.error }).toEqual({ status: 200, error: undefined });
    if (finding) expect(body.lint).toContainEqual(expect.objectContaining({ file: 'training_file', ...finding }));
    if (fields) expect(body.fields).toMatchObject(fields);
  });

  test('clean pictures have no findings, and are shown by their size', async () => {
    const { body } = await dryRun({ ...IMAGES, training: createZip(pictures()) });
    expect(body.lint).toEqual([]);
    expect(body.preview[0]).toEqual({
      line: 1,
      text: '',
      label: 'cat',
      id: 'cat/0.png',
      image: { format: 'png', width: 16, height: 16, bytes: drawPng({ shade: 10 }).length },
    });
  });
});
