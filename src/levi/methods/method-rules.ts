import { add, log, logSoftmax, mul, softmax, sub } from '../../engine/index.ts';
import type { Value } from '../../engine/index.ts';
import type { Method } from '../../contract/levi.ts';
import type { PartContext, PartKey } from './parts.ts';

type Logits = Readonly<Record<PartKey, () => Value>>;

export interface MethodRule {
  /** The parts its adapter holds. */
  readonly parts: readonly PartKey[];
  /** Weights of its own, beside its parts'. */
  readonly weights: Readonly<Record<string, readonly number[]>>;
  /** The served logits, `[B, C]`. */
  readonly combine: (logits: Logits, context: PartContext) => Value;
  /** Whether it may stand as "the best baseline" in the report's second headline figure. */
  readonly isBaseline: boolean;
}

const NO_WEIGHTS = {};
const MIXING = { 'ensemble.probe_share': [1, 1] };

/** A further method is a further row: the parts it is put together from, and how. */
export const METHOD_RULES = {
  prior: { parts: ['prior'], weights: NO_WEIGHTS, combine: ({ prior }) => prior(), isBaseline: false },
  linear_probe: { parts: ['probe'], weights: NO_WEIGHTS, combine: ({ probe }) => probe(), isBaseline: true },
  best_layer: { parts: ['probe'], weights: NO_WEIGHTS, combine: ({ probe }) => probe(), isBaseline: true },
  concat_all: { parts: ['probe'], weights: NO_WEIGHTS, combine: ({ probe }) => probe(), isBaseline: true },
  task_only: { parts: ['task'], weights: NO_WEIGHTS, combine: ({ task }) => task(), isBaseline: false },
  ensemble: { parts: ['probe', 'task'], weights: MIXING, combine: mixProbabilities, isBaseline: true },
  levi: { parts: ['levi'], weights: NO_WEIGHTS, combine: ({ levi }) => levi(), isBaseline: false },
  'levi+ensemble': {
    parts: ['levi', 'probe', 'task'],
    weights: MIXING,
    combine: (logits, context) => mul(add(logSoftmax(logits.levi(), -1), mixProbabilities(logits, context)), 0.5),
    isBaseline: false,
  },
} as const satisfies Record<Method, MethodRule>;

// Keeps the logarithm finite where both probabilities underflow.
const SMALLEST_PROBABILITY = 1e-12;

/** log(a softmax(probe) + (1 - a) softmax(task)). */
function mixProbabilities({ probe, task }: Logits, { weight }: PartContext): Value {
  const share = weight('ensemble.probe_share');
  const mixed = add(mul(softmax(probe(), -1), share), mul(softmax(task(), -1), sub(1, share)));
  return log(add(mixed, SMALLEST_PROBABILITY));
}
