import type { ClassFigures } from '../../contract/report.ts';
import type { LabelCounts } from './multi-label-metrics.ts';

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

/** The same for labels that do not exclude each other. */
export function perLabelFigures(labels: readonly string[], counts: readonly LabelCounts[]): ClassFigures[] {
  return labels.map((label, index) => {
    const { asked, given, hits } = counts[index] ?? { asked: 0, given: 0, hits: 0 };
    return {
      label,
      support: asked,
      precision: hits / Math.max(1, given),
      recall: hits / Math.max(1, asked),
      f1: (2 * hits) / Math.max(1, asked + given),
    };
  });
}
