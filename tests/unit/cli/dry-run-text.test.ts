import { expect, test } from 'vitest';
import { formatDryRun } from '../../../src/cli/dry-run-text.ts';

const dryRun = {
  object: 'fine_tuning.dry_run',
  lint: [],
  preview: [{ line: 2, label: 'bug', text: `the app\ncrashes ${'x'.repeat(200)}` }],
  rows: 30,
  labels: Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`label ${index}`, index + 1])),
  estimate: { seconds: 125, tokens: 400, based_on: 'past_jobs' },
} as const;

test('says rows, the most frequent labels, the rows as read on one line each, and the time', () => {
  const text = formatDryRun({ ...dryRun, lint: [], preview: [...dryRun.preview] });
  expect(text).toContain('30 rows, 15 labels');
  expect(text).toMatch(/label 14 +15\n/u);
  expect(text).toContain('and 3 more labels');
  expect(text).toMatch(/line 2 {2}bug {2}the app crashes x+…\n/u);
  expect(text).toContain('about 2 min (from this project');
});

test('says of each finding how bad it is, what to do and where, and that there are more rows', () => {
  const text = formatDryRun({
    ...dryRun,
    preview: [],
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
