import { expect, test } from 'vitest';
import type { DryRun } from '../../../src/sdk/index.ts';
import { formatDryRun } from '../../../src/cli/dry-run-text.ts';

const labels = Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`label ${index}`, index + 1]));

const dryRun = {
  object: 'fine_tuning.dry_run',
  notes: [] as string[],
  lint: [],
  preview: [{ line: 2, label: 'bug', text: `the app\ncrashes ${'x'.repeat(200)}` }],
  rows: 30,
  fields: {},
  labels,
  estimate: { seconds: 125, tokens: 400, based_on: 'past_jobs' },
} as const;

const targets: DryRun['targets'] = [{ name: 'label', task: 'single_label', labels, values: null }];

test('says rows, the most frequent labels, the rows as read on one line each, and the time', () => {
  const text = formatDryRun({ ...dryRun, lint: [], preview: [...dryRun.preview], targets });
  expect(text).toContain('30 rows');
  expect(text).toContain('label: single_label, 15 labels');
  expect(text).toMatch(/label 14 +15\n/u);
  expect(text).toContain('and 3 more');
  expect(text).toMatch(/line 2 {2}bug {2}the app crashes x+…\n/u);
  expect(text).toContain('about 2 min (from this project');
});

test('says of each finding how bad it is, what to do and where, and that there are more rows', () => {
  const text = formatDryRun({
    ...dryRun,
    preview: [],
    targets,
    lint: [
      {
        code: 'conflicting_labels',
        severity: 'warn',
        message: 'keep the right one.',
        file: 'training_file',
        rows: [2, 13],
        count: 3,
      },
    ],
  });
  expect(text).toContain('warn  conflicting_labels, training_file\n    keep the right one.\n    lines 2, 13, …');
});

test('says of numbers their range, and shows several answers of a row', () => {
  const values = { min: 1, max: 5, mean: 3.25 };
  const text = formatDryRun({
    ...dryRun,
    preview: [{ line: 1, text: 'late again', label: 2, labels: { stars: 2, topics: ['delivery', 'price'] } }],
    targets: [
      { name: 'stars', task: 'regression', labels: {}, values },
      { name: 'topics', task: 'multi_label', labels: { delivery: 3 }, values: null },
    ],
    lint: [],
  });
  expect(text).toContain('stars: regression, 1 to 5, mean 3.250');
  expect(text).toContain('topics: multi_label, 1 labels');
  expect(text).toContain('{"stars":2,"topics":["delivery","price"]}  late again');
});

test('shows fields with how their types came about, and the size of a picture in place of a text', () => {
  const text = formatDryRun({
    ...dryRun,
    lint: [],
    targets: [],
    fields: {
      plan: { type: 'categorical', inferred: true, missing: 3, distinct: 2 },
      age: { type: 'number', inferred: false, missing: 0, distinct: 28 },
    },
    preview: [
      { line: 1, label: 'cat', text: '', image: { format: 'jpeg', width: 640, height: 480, bytes: 90_000 } },
      { line: 2, label: 'dog', text: '', fields: { plan: 'pro' } },
    ],
  });
  expect(text).toMatch(/plan +categorical, told from its values +2 different +missing in 3 rows/u);
  expect(text).toMatch(/age +number +28 different/u);
  expect(text).toMatch(/line 1 +cat +jpeg of 640 x 480 pixels/u);
  expect(text).toMatch(/line 2 +dog +\{"plan":"pro"\}/u);
});
