import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LintFinding } from '../../../src/contract/index.ts';
import { createLinter } from '../../../src/levi/lint/create-linter.ts';
import type { TrainingRecord } from '../../../src/levi/records/training-record.ts';

type Files = Readonly<Record<string, readonly TrainingRecord[]>>;

function lint(files: Files, maxTokens = 256): LintFinding[] {
  const linter = createLinter({ maxTokens });
  for (const [file, records] of Object.entries(files))
    for (const [index, record] of records.entries()) linter.add(file, { line: index + 1, record });
  return linter.findings();
}

const find = (findings: readonly LintFinding[], code: LintFinding['code'], file = 'training_file') =>
  findings.find((finding) => finding.code === code && finding.file === file);

/** Texts of random words that have nothing in common, two labels in turn. */
const WORDS = Array.from({ length: 4_000 }, (_, index) => `w${((index * 7_919) % 99_991).toString(36)}`);
const cleanText = (index: number): string =>
  Array.from({ length: 12 }, (_, at) => WORDS[(index * 12 + at) % WORDS.length]).join(' ');
const clean = (rows: number): TrainingRecord[] =>
  Array.from({ length: rows }, (_, index) => ({ text: cleanText(index), label: index % 2 === 0 ? 'a' : 'b' }));

test('finds nothing in clean data', () => {
  expect(lint({ training_file: clean(200), validation_file: clean(300).slice(200) })).toEqual([]);
});

describe('duplicates', () => {
  test('names the rows that repeat an earlier text, whatever its case and punctuation', () => {
    const records = [...clean(30), { text: `  ${cleanText(4).toUpperCase()}!! `, label: 'a' }];
    expect(find(lint({ training_file: records }), 'duplicate_texts')).toMatchObject({ rows: [31], count: 1 });
  });

  test('names both rows of one text with two labels, and not as duplicates', () => {
    const smileys = [':) that day', ':( that day'].map((text, index) => ({ text, label: index === 0 ? 'a' : 'b' }));
    const findings = lint({ training_file: [...clean(30), { text: cleanText(4), label: 'b' }, ...smileys] });
    expect(find(findings, 'conflicting_labels')).toMatchObject({ severity: 'warn', rows: [5, 31], count: 2 });
    expect(find(findings, 'duplicate_texts')).toBeUndefined();
  });

  test('names rows of a held-out file that the training file holds: an error when they are many', () => {
    const shift = 'levi.shift_files.0.file';
    const findings = lint({ training_file: clean(40), validation_file: clean(10), [shift]: clean(60).slice(39) });
    expect(find(findings, 'split_overlap', 'validation_file')).toMatchObject({ severity: 'error', count: 10 });
    expect(find(findings, 'split_overlap', shift)).toMatchObject({ severity: 'warn', rows: [1], count: 1 });
  });

  test('finds a text of which one word in thirty was changed, within a file and across files', () => {
    const long = (index: number): string => [0, 1, 2].map((part) => cleanText(index * 3 + part)).join(' ');
    const records = Array.from({ length: 60 }, (_, index) => ({
      text: long(index),
      label: index % 2 === 0 ? 'a' : 'b',
    }));
    const changed = [0, 1, 2, 3].map((index) => ({ text: long(index).replace(/\S+$/u, 'other'), label: 'a' }));
    const findings = lint({
      training_file: [...records, changed[0] ?? records[0]].filter((record) => record !== undefined),
      validation_file: changed.slice(1),
    });
    expect(find(findings, 'near_duplicate_texts')).toMatchObject({ rows: [61], count: 1 });
    expect(find(findings, 'near_duplicate_texts', 'validation_file')).toMatchObject({ severity: 'warn', count: 3 });
  });
});

test('sees near-duplicates and giveaways in scripts without spaces', () => {
  const sentence = (index: number): string =>
    Array.from({ length: 30 }, (_, at) => String.fromCodePoint(0x4e00 + ((index * 7_919 + at * 613) % 15_000))).join(
      '',
    );
  const records = Array.from({ length: 60 }, (_, index) => ({
    text: index % 2 === 0 ? `${sentence(index)}客服` : sentence(index),
    label: index % 2 === 0 ? 'a' : 'b',
  }));
  const near = { text: `${sentence(1)}新`, label: 'b' };
  const findings = lint({ training_file: [...records, near] });
  expect(find(findings, 'near_duplicate_texts')).toMatchObject({ rows: [61], count: 1 });
  expect(find(findings, 'token_gives_label')?.message).toContain('"客 服" is in 100 %');
});

test('looks at no more than the beginning of a very long text, and counts its length', () => {
  const long = 'many words of a letter '.repeat(20_000);
  const records = [long, `${long}x`, long].map((text) => ({ text, label: 'a' }));
  expect(find(lint({ training_file: records }), 'duplicate_texts')).toMatchObject({ rows: [3], count: 1 });
});

describe('labels', () => {
  const label = (name: string, rows: number): TrainingRecord[] =>
    Array.from({ length: rows }, (_, index) => ({ text: `${cleanText(index)} ${name}${index}`, label: name }));

  test('names labels with one example, with few, and a class twenty times another', () => {
    const findings = lint({ training_file: [...label('a', 100), ...label('b', 4), ...label('c', 1)] });
    expect(find(findings, 'few_examples')).toMatchObject({ rows: [101, 105], count: 2 });
    expect(find(findings, 'few_examples')?.message).toContain('One example only of "c"');
    expect(find(findings, 'class_imbalance')?.message).toContain('"a" has 100 rows, "c" 1');
  });

  test('takes signs for part of a label', () => {
    const labels = ['-1', '1', 'C', 'C++', 'C#', '👍', '👎', '1.5', '15'];
    const findings = lint({ training_file: labels.flatMap((name) => label(name, 6)) });
    expect(find(findings, 'similar_labels')).toBeUndefined();
  });

  test('names spellings of one label, and labels a held-out file lacks', () => {
    const findings = lint({
      training_file: [...label('Bug', 9), ...label('bug ', 9)],
      validation_file: label('Bug', 9),
    });
    expect(find(findings, 'similar_labels')).toMatchObject({ rows: [1, 10], count: 2 });
    expect(find(findings, 'missing_labels', 'validation_file')).toMatchObject({ severity: 'info', count: 1 });
  });
});

describe('giveaways', () => {
  test('finds the word that is in every text of one label only, in any order of the rows', () => {
    const marked = clean(200).map((record) =>
      record.label === 'a' ? { ...record, text: `${record.text} regards billing team` } : record,
    );
    const sorted = marked.toSorted((x, y) => (x.label < y.label ? -1 : 1));
    for (const records of [marked, sorted]) {
      const finding = find(lint({ training_file: records }), 'token_gives_label');
      expect(finding).toMatchObject({ severity: 'warn', count: 100 });
      expect(finding?.message).toMatch(/"(billing team|regards billing)" is in 100 % of the texts labelled "a"/u);
    }
  });

  test('is silent about a word that all labels share, or half of one', () => {
    const shared = clean(200).map((record, index) => ({
      ...record,
      text: `dear team ${record.text}${index % 4 === 0 ? ' refund' : ''}`,
    }));
    expect(find(lint({ training_file: shared }), 'token_gives_label')).toBeUndefined();
  });

  test('finds a field that tells the label, one that is constant and one of two types; an id is none of them', () => {
    const records = clean(200).map((record, index) => ({
      ...record,
      fields: {
        queue: record.label === 'a' ? 'q1' : 'q2',
        plan: 'pro',
        age: index === 7 ? '31' : 31 + (index % 3),
        id: `u${index}`,
      },
    }));
    const findings = lint({ training_file: records });
    expect(findings.filter(({ code }) => code === 'field_gives_label').map(({ message }) => message)).toEqual([
      expect.stringContaining('"queue" alone tells the label in 100 %'),
    ]);
    expect(find(findings, 'constant_field')?.message).toContain('"plan"');
    expect(find(findings, 'mixed_field_types')).toMatchObject({ rows: [8], count: 1 });
  });
});

test('names damaged, very short, too long texts and texts in another script', () => {
  const odd = [
    'Das fÃ¼hrt zu nichts',
    'It\u2019s a \uFFFD',
    'ok',
    cleanText(0).repeat(20),
    'Счёт неверный',
    'Приложение падает',
    'Где мой заказ',
  ];
  const findings = lint({ training_file: [...clean(100), ...odd.map((text) => ({ text, label: 'a' }))] }, 64);
  expect(find(findings, 'encoding_damage')).toMatchObject({ rows: [101, 102], count: 2 });
  expect(find(findings, 'very_short_texts')).toMatchObject({ rows: [103], count: 1 });
  expect(find(findings, 'truncated_texts')).toMatchObject({ severity: 'info', rows: [104] });
  expect(find(findings, 'mixed_scripts')).toMatchObject({ rows: [105, 106, 107], count: 3 });
});

test('is silent about accents, quotation marks and Portuguese', () => {
  const texts = ['Ça coûte 10 €', 'SÃO PAULO', '“Größe” – naïve', 'Â bientôt', 'NÃO'];
  const findings = lint({ training_file: texts.map((text) => ({ text, label: 'a' })) });
  expect(find(findings, 'encoding_damage')).toBeUndefined();
});

test('says the same for the same rows, with at most 20 row numbers that exist, worst first', () => {
  const record = fc.record({
    text: fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('same text here', 'Same text here!', 'Ã¼ber', 'x')),
    label: fc.constantFrom('a', 'b', 'B'),
    fields: fc.dictionary(
      fc.constantFrom('p', 'q', '__proto__'),
      fc.oneof(fc.string(), fc.double(), fc.constant(null)),
    ),
  });
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 60 }),
      fc.array(record, { maxLength: 10 }),
      (train, held) => {
        const files = { training_file: train, validation_file: held };
        const findings = lint(files);
        expect(lint(files)).toEqual(findings);
        const ranks = findings.map(({ severity }) => ['error', 'warn', 'info'].indexOf(severity));
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
        for (const { file, rows, count } of findings) {
          expect(rows.length).toBeLessThanOrEqual(20);
          expect(new Set(rows).size).toBe(rows.length);
          expect(count).toBeGreaterThan(0);
          const total = file === 'training_file' ? train.length : held.length;
          for (const row of rows) expect(row > 0 && row <= total).toBe(true);
        }
      },
    ),
    { numRuns: 60 },
  );
});
