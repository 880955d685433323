import type { FineTuningReport } from '../../../src/contract/report.ts';

type Point = FineTuningReport['curve'][number];

/** OpenAI's columns first, by their names: of a classifier the token is the label. Accuracy is the task's own figure, the report's `metric`. */
const COLUMNS: readonly (readonly [string, (point: Point) => number | string])[] = [
  ['step', ({ step }) => step],
  ['train_loss', ({ train_loss }) => train_loss],
  ['train_accuracy', ({ train_score }) => train_score],
  ['valid_loss', ({ valid_loss }) => valid_loss],
  ['valid_mean_token_accuracy', ({ valid_score }) => valid_score],
  ['method', ({ method }) => method],
  ['epoch', ({ epoch }) => epoch],
];

/** The learning curve as OpenAI's result file: one line a measurement. */
export function toResultCsv(curve: FineTuningReport['curve']): Uint8Array {
  const header = COLUMNS.map(([name]) => name).join(',');
  const lines = curve.map((point) => COLUMNS.map(([, cell]) => String(cell(point))).join(','));
  return new TextEncoder().encode(`${[header, ...lines].join('\n')}\n`);
}
