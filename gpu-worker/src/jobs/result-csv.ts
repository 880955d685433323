import type { FineTuningReport } from '../../../src/contract/report.ts';

const COLUMNS = ['method', 'epoch', 'step', 'train_loss', 'valid_loss', 'valid_score'] as const;

/** The learning curve as OpenAI's result file: one line a measurement. */
export function toResultCsv(curve: FineTuningReport['curve']): Uint8Array {
  const lines = curve.map((point) => COLUMNS.map((column) => String(point[column])).join(','));
  return new TextEncoder().encode(`${[COLUMNS.join(','), ...lines].join('\n')}\n`);
}
