import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { formatPredictions } from '../../../src/cli/format-predictions.ts';
import { showJobProgress } from '../../../src/cli/job-progress.ts';
import { formatReport } from '../../../src/cli/report-table.ts';
import { wrapText } from '../../../src/cli/wrap-text.ts';
import type { FineTuningReport, Job, Prediction, ShiftKind, SplitMetrics } from '../../../src/sdk/index.ts';

const split: SplitMetrics = { n: 42, score: { value: 0.905, low: 0.81, high: 1 }, loss: 0 };
const SHIFTS = ['chat', 'reviews', 'tickets of last year'].map((name) => ({
  ...split,
  name,
  kind: 'file' as ShiftKind,
}));

const reportOf = (shifts: typeof SHIFTS): FineTuningReport =>
  // What the table shows of a report, and no more.
  ({
    metric: { name: 'accuracy', higher_is_better: true },
    other_targets: [],
    served: 'levi+ensemble',
    verdict: `Served levi+ensemble: ${'word '.repeat(40)}end.`,
    methods: [{ method: 'levi+ensemble', validation_loss: 0.5, id: split, shifts, seconds: 1 }],
    data: { validation: 40 },
  }) as unknown as FineTuningReport;

const widthOf = (text: string): number => Math.max(...text.split('\n').map(({ length }) => length));

describe('the report', () => {
  test.each([40, 60, 80, 100, 200])('is no wider than a terminal of %i columns', (columns) => {
    const shown = formatReport(reportOf(SHIFTS.slice(0, 1)), columns);
    expect(widthOf(shown)).toBeLessThanOrEqual(Math.max(columns, 55));
    expect(shown.split('\n').every((line) => line === '' || line.startsWith('  '))).toBe(true);
  });

  test('leaves out the seconds, then the intervals, where there are many shifts', () => {
    const report = reportOf(SHIFTS);
    expect(formatReport(report, 130)).toMatch(/\[81\.0-100\.0\].*0\.500 +1\.0/);
    expect(formatReport(report, 120)).toMatch(/\[81\.0-100\.0\].*0\.500\n/);
    const narrow = formatReport(report, 100);
    expect(narrow).not.toContain('[');
    expect(narrow).toContain('the intervals do not fit here');
  });

  test('has one column for the mean of the groups, one for that of the corruptions, and lists them below', () => {
    const further = [
      ...['web', 'mail'].map((name) => ({ ...split, name, kind: 'group' as const })),
      ...['typos', 'case', 'spelling'].map((name) => ({ ...split, name, kind: 'corruption' as const })),
    ].map((shift, index) => ({ ...shift, score: { value: 0.5 + index / 10, low: null, high: null } }));
    const report = {
      ...reportOf([...SHIFTS.slice(0, 1), ...further]),
      worst_group: { name: 'web', score: split.score },
    };
    const shown = formatReport(report);
    expect(shown).toMatch(/held-out +chat +left out +corrupted +validation loss/);
    expect(shown).toMatch(/90\.5 \[81\.0-100\.0\] +90\.5 \[81\.0-100\.0\] +55\.0 +80\.0 +0\.500/);
    expect(shown).toMatch(/rows +42 +42 +mean of 2 +mean of 3 +40/);
    expect(shown).toContain(
      'Groups, each left out of training in turn (levi+ensemble): web 50.0, mail 60.0; worst web.',
    );
    expect(shown).toContain('(levi+ensemble): typos 70.0, case 80.0, spelling 90.0.');
    expect(widthOf(formatReport(report, 80))).toBeLessThanOrEqual(80);
  });

  test('is whole, and its verdict one line, where there is no terminal', () => {
    const lines = formatReport(reportOf(SHIFTS)).split('\n');
    expect(lines[1]).toContain('[81.0-100.0]');
    expect(lines.at(-1)).toMatch(/^ {2}Served .* end\.$/);
  });
});

test('wrapped text keeps every word, indented', () => {
  expect(wrapText('one two three fourteen', 11)).toBe('  one two\n  three\n  fourteen');
});

describe('predictions', () => {
  const labels = [
    { label: 'billing', score: 0.9 },
    { label: 'cancellation', score: 0.1 },
  ];
  const predictions = [0, 1].map((index): Prediction => ({
    object: 'prediction',
    index,
    model: 'm',
    label: 'a',
    score: 1,
    labels,
    disagreement: 0,
    shift_score: 0.5,
  }));
  const texts = ['short', `${'😩'.repeat(40)} long`];

  test.each([60, 80, 100])('are no wider than %i columns, their labels below each other', (columns) => {
    const lines = formatPredictions(predictions, texts, columns);
    expect(widthOf(lines.join('\n'))).toBeLessThanOrEqual(columns);
    expect(new Set(lines.map((line) => line.indexOf('billing'))).size).toBe(1);
    expect(lines.join('').isWellFormed()).toBe(true);
  });
});

test('what was asked for beside the labels stands below them', () => {
  const prediction: Prediction = {
    object: 'prediction',
    index: 0,
    model: 'm',
    label: 'a',
    score: 0.6,
    labels: [{ label: 'a', score: 0.6 }],
    disagreement: 0,
    shift_score: 0.5,
    prediction_set: ['a', 'b'],
    abstain: true,
    nearest: [{ id: 'line:7', similarity: 0.912 }],
  };
  const [shown = ''] = formatPredictions([prediction], ['text']);
  expect(shown.split('\n').slice(1)).toEqual([
    '  abstained',
    '  cannot be ruled out: a, b',
    '  nearest: line:7 (0.91)',
  ]);
});

describe('the progress of a job', () => {
  const PHASES = [
    ['queued', null],
    ['running', { phase: 'extracting_features', fraction: 0.1 }],
    ['running', { phase: 'training', fraction: 0.5 }],
    ['running', { phase: 'training', fraction: 0.6 }],
    ['running', { phase: 'uploading', fraction: 0.97 }],
    ['succeeded', { phase: 'uploading', fraction: 0.97 }],
  ] as const;
  const jobs = PHASES.map(([status, progress]) => ({ status, progress }) as Job);

  /** As much of a terminal as is asked for. */
  function createOutput(terminal: object = {}) {
    const written: string[] = [];
    const stream = new PassThrough().on('data', (chunk: Buffer) => written.push(chunk.toString('utf8')));
    return { output: Object.assign(stream, terminal) as unknown as NodeJS.WriteStream, text: () => written.join('') };
  }

  test('is a bar on a terminal, which fills with the fraction and names the phase', async () => {
    // clack draws no frames where CI is set.
    vi.stubEnv('CI', '');
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { output, text } = createOutput({ isTTY: true, columns: 100 });
    const view = showJobProgress(output);
    for (const job of jobs) {
      view.update(job);
      // Past the next frame.
      await vi.advanceTimersByTimeAsync(200);
    }
    view.done('succeeded: ft:a');
    vi.useRealTimers();
    vi.unstubAllEnvs();
    const bars = [...new Set(text().match(/█*░* +(\d+%)?  \p{L}[\p{L} ]*/gu))].map((bar) => bar.trimEnd());
    expect(bars).toEqual(
      expect.arrayContaining([
        `${'░'.repeat(24)}       waiting for a worker`,
        `██${'░'.repeat(22)}  10%  reading texts with the backbone`,
        `${'█'.repeat(12)}${'░'.repeat(12)}  50%  training LEVI and its baselines`,
        `${'█'.repeat(23)}░  97%  storing the adapter`,
      ]),
    );
    expect(text()).toContain('succeeded: ft:a');
  });

  test('is a line per phase and quarter elsewhere', () => {
    const { output, text } = createOutput();
    const view = showJobProgress(output);
    for (const job of jobs) view.update(job);
    view.done('succeeded: ft:a');
    expect(text().trimEnd().split('\n')).toEqual([
      '  waiting for a worker',
      '  reading texts with the backbone',
      '  training LEVI and its baselines (50 %)',
      '  storing the adapter (75 %)',
      '  succeeded: ft:a',
    ]);
  });
});
