import type { ClassFigures } from '../../contract/report.ts';

/** Precision, recall and F1 of each label from `counts[true][predicted]`; a share of nothing is 0. */
export function perClassFigures(labels: readonly string[], counts: readonly (readonly number[])[]): ClassFigures[] {
  return labels.map((label, index) => {
    const support = (counts[index] ?? []).reduce((sum, count) => sum + count, 0);
    const answered = counts.reduce((sum, line) => sum + (line[index] ?? 0), 0);
    const hits = counts[index]?.[index] ?? 0;
    return {
      label,
      support,
      precision: hits / Math.max(1, answered),
      recall: hits / Math.max(1, support),
      f1: (2 * hits) / Math.max(1, support + answered),
    };
  });
}
