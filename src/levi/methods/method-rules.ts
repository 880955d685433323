import type { Value } from '../../engine/index.ts';
import type { ComparedMethod } from '../../contract/levi.ts';
import { FAMILY_GRAPHS } from '../tasks/family-graphs.ts';
import type { PartContext, PartKey } from './parts.ts';
import type { TrainedPartKey } from './trained-part.ts';

type Logits = Readonly<Record<PartKey, () => Value>>;

export interface MethodRule {
  /** The parts its adapter holds. */
  readonly parts: readonly PartKey[];
  /** Weights of its own, beside its parts'. */
  readonly weights: Readonly<Record<string, readonly number[]>>;
  /** The served logits, `[B, C]`. */
  readonly combine: (logits: Logits, context: PartContext) => Value;
  /** What must be trained for it. */
  readonly trainedFrom: readonly TrainedPartKey[];
  /** Whether it may stand as "the best baseline" in the report's second headline figure. */
  readonly isBaseline: boolean;
  /** Reads the last of the used layers alone, as if no other were used. */
  readonly lastLayerOnly?: boolean;
  /** Its task model reads another row, which can say nothing of this one. */
  readonly readsOtherRows?: boolean;
  /** Offered only where the task model reads more than text. */
  readonly needsNetworks?: boolean;
  /** Its task model reads nothing and gives zeros. */
  readonly hasSilentTask?: boolean;
}

/** A method's rule, with the fields that only some rules name. */
export function ruleOf(method: ComparedMethod): MethodRule {
  return METHOD_RULES[method];
}

const NO_WEIGHTS = {};
export const PROBE_SHARE = 'ensemble.probe_share';
const MIXING = { [PROBE_SHARE]: [1, 1] };

const PROBE = {
  parts: ['probe'],
  weights: NO_WEIGHTS,
  combine: ({ probe }: Logits) => probe(),
  isBaseline: true,
} as const;
const LEVI = {
  parts: ['levi'],
  weights: NO_WEIGHTS,
  combine: ({ levi }: Logits) => levi(),
  isBaseline: false,
} as const;
const ENSEMBLE_FROM = ['linear_probe', 'concat_all', 'task_only'] as const;

/** A further method is a further row: the parts it is put together from, and how. */
export const METHOD_RULES = {
  prior: {
    parts: ['prior'],
    weights: NO_WEIGHTS,
    combine: ({ prior }) => prior(),
    trainedFrom: ['prior'],
    isBaseline: false,
  },
  linear_probe: { ...PROBE, trainedFrom: ['linear_probe'] },
  best_layer: { ...PROBE, trainedFrom: ['best_layer'] },
  concat_all: { ...PROBE, trainedFrom: ['concat_all'] },
  task_only: {
    parts: ['task'],
    weights: NO_WEIGHTS,
    combine: ({ task }) => task(),
    trainedFrom: ['task_only'],
    isBaseline: false,
  },
  ensemble: {
    parts: ['probe', 'task'],
    weights: MIXING,
    combine: mixProbeAndTask,
    trainedFrom: ENSEMBLE_FROM,
    isBaseline: true,
  },
  levi: { ...LEVI, trainedFrom: ['levi'] },
  'levi+ensemble': {
    parts: ['levi', 'probe', 'task'],
    weights: MIXING,
    combine: (logits, context) =>
      FAMILY_GRAPHS[context.spec.family].average(logits.levi(), mixProbeAndTask(logits, context)),
    trainedFrom: ['levi', ...ENSEMBLE_FROM],
    isBaseline: false,
  },
  'levi+task': {
    parts: ['levi', 'task'],
    weights: NO_WEIGHTS,
    combine: ({ levi, task }, { spec }) => FAMILY_GRAPHS[spec.family].average(levi(), task()),
    trainedFrom: ['levi', 'task_only'],
    needsNetworks: true,
    isBaseline: false,
  },
  mlp_matched: { ...LEVI, lastLayerOnly: true, hasSilentTask: true, trainedFrom: ['mlp_matched'] },
  head2toe: {
    parts: ['head2toe'],
    weights: NO_WEIGHTS,
    combine: ({ head2toe }) => head2toe(),
    trainedFrom: ['head2toe'],
    isBaseline: true,
  },
  levi_no_task: { ...LEVI, hasSilentTask: true, trainedFrom: ['levi_no_task'] },
  levi_last: { ...LEVI, lastLayerOnly: true, trainedFrom: ['levi_last'] },
  levi_noise: { ...LEVI, readsOtherRows: true, trainedFrom: ['levi_noise'] },
} as const satisfies Record<ComparedMethod, MethodRule>;

function mixProbeAndTask({ probe, task }: Logits, { spec, weight }: PartContext): Value {
  return FAMILY_GRAPHS[spec.family].mix(probe(), task(), weight(PROBE_SHARE));
}
