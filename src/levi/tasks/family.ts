import type { Task } from '../../contract/levi.ts';

/** How a task's answers are made of logits and judged: classes that exclude each other, labels that do not, numbers. */
export type Family = 'softmax' | 'sigmoid' | 'squared';

/** Ratings are learned as numbers: the distance between two levels counts, which no cross-entropy of classes knows. */
export const FAMILY_OF = {
  single_label: 'softmax',
  multi_label: 'sigmoid',
  regression: 'squared',
  ordinal: 'squared',
} as const satisfies Record<Task, Family>;
