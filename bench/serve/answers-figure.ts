import { ANSWER_TOLERANCE } from './answers.ts';
import type { Figure } from './figure.ts';

/** How far any answer of the load was from the same text's alone. */
export function answersFigure(key: string, differences: readonly number[]): Figure {
  if (differences.length === 0) throw new Error('no answer was compared');
  const value = Math.max(...differences);
  return {
    key,
    what: 'largest difference of an answer under load from the same alone',
    value,
    goal: { atMost: ANSWER_TOLERANCE },
    measured: value.toExponential(1),
    baseline: '',
  };
}
