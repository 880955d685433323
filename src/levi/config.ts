import { LevigateError } from '../contract/errors.ts';
import { CORRUPTIONS } from '../contract/levi.ts';
import type { Corruption, Hyperparameters, LeviOptions, Method, SearchOptions, Task } from '../contract/levi.ts';
import type { ClassWeight } from './data/class-weights.ts';
import type { FieldTypes } from './fields/learn-fields-schema.ts';
import type { LossChoice } from './tasks/loss-choice.ts';

/** Every choice of a fine-tuning run, none left open. Reasons for the defaults: docs/method.md. */
export interface LeviConfig {
  /** Null: told from the labels. */
  readonly task: Task | null;
  readonly method: 'auto' | Method;
  /** `all`: further baselines and ablations for the report; they decide nothing. */
  readonly baselines: 'standard' | 'all';
  /** How often what depends on the seed is trained, for the report; the first one is served. */
  readonly seeds: number;
  /** Changes to held-out rows that the report shows; they decide nothing. */
  readonly corruptions: readonly Corruption[];
  /** The column of the groups that are left out of training one at a time, for the report; null: none are. */
  readonly groupBy: string | null;
  /** How much a search for LEVI's hyperparameters may take; null: they are used as they are. */
  readonly search: SearchOptions['budget'] | null;
  /** Positions among the backbone's taps; 0 is the embeddings. */
  readonly layers: 'all' | readonly number[];
  /** r, the width of each adapting layer A_k. */
  readonly adaptingWidth: number;
  /** Share of the ensemble's loss; 1 - beta goes to the mean of the views' own losses. */
  readonly beta: number;
  /** Probability that a view does not see the task model's output for an example. */
  readonly viewDropout: number;
  /** Dropout on u_k. */
  readonly headDropout: number;
  readonly classWeight: ClassWeight | null;
  /** How fields are read; those that are not named are told from their values. */
  readonly fieldTypes: FieldTypes;
  /** Hears the task model less where it knows less of the input. */
  readonly coverageGate: boolean;
  /** LEVI's own; the convex baselines keep the plain one. */
  readonly loss: LossChoice;
  readonly learningRate: number;
  /** The n-gram table learns faster, as each of its rows is touched by few examples. */
  readonly taskLearningRateFactor: number;
  readonly weightDecay: number;
  /** `auto`: 64, with fields up to 512. */
  readonly batchSize: 'auto' | number;
  /** `auto`: 30, more where an epoch has few steps. Training stops earlier on validation loss. */
  readonly maxEpochs: 'auto' | number;
  /** Epochs without a lower validation loss after which training stops. */
  readonly patience: number;
  /** Share of the training file for choosing, and as much again for the report; each at most `heldOutCap` rows. */
  readonly heldOutFraction: number;
  readonly heldOutCap: number;
}

export const LEVI_DEFAULTS: LeviConfig = {
  task: null,
  method: 'auto',
  baselines: 'standard',
  seeds: 1,
  corruptions: [],
  groupBy: null,
  search: null,
  layers: 'all',
  adaptingWidth: 64,
  beta: 0.5,
  viewDropout: 0.5,
  headDropout: 0.5,
  classWeight: null,
  fieldTypes: {},
  coverageGate: false,
  loss: { type: 'cross_entropy', focusing: 2, smoothing: 0 },
  learningRate: 1e-3,
  taskLearningRateFactor: 3,
  weightDecay: 0.01,
  batchSize: 'auto',
  maxEpochs: 'auto',
  patience: 3,
  heldOutFraction: 0.15,
  heldOutCap: 1000,
};

/** What a report needs whose intervals are to be believed: differences between seeds of a point are ordinary. */
const FULL_REPORT: Pick<LeviConfig, 'baselines' | 'seeds'> = { baselines: 'all', seeds: 5 };

export interface LeviConfigInput {
  readonly levi?: LeviOptions | undefined;
  readonly hyperparameters?: Hyperparameters | undefined;
}

/** Fills in every default for what the request left open. */
export function resolveLeviConfig({ levi = {}, hyperparameters = {} }: LeviConfigInput = {}): LeviConfig {
  const { layers = 'all', corruptions = [] } = levi;
  const defaults = levi.report === 'full' ? FULL_REPORT : LEVI_DEFAULTS;
  const numberOr = (value: number | 'auto' | undefined, otherwise: number): number =>
    typeof value === 'number' ? value : otherwise;
  return {
    ...LEVI_DEFAULTS,
    task: levi.task ?? LEVI_DEFAULTS.task,
    method: levi.method ?? LEVI_DEFAULTS.method,
    baselines: levi.baselines ?? defaults.baselines,
    seeds: levi.seeds ?? defaults.seeds,
    corruptions: corruptions === 'all' ? CORRUPTIONS : CORRUPTIONS.filter((each) => corruptions.includes(each)),
    groupBy: levi.group_by ?? LEVI_DEFAULTS.groupBy,
    search: levi.search?.budget ?? LEVI_DEFAULTS.search,
    layers: layers === 'all' ? 'all' : [...new Set(layers)].sort((a, b) => a - b),
    adaptingWidth: levi.width ?? LEVI_DEFAULTS.adaptingWidth,
    beta: levi.beta ?? LEVI_DEFAULTS.beta,
    viewDropout: levi.view_dropout ?? LEVI_DEFAULTS.viewDropout,
    headDropout: levi.head_dropout ?? LEVI_DEFAULTS.headDropout,
    classWeight: levi.class_weight ?? LEVI_DEFAULTS.classWeight,
    fieldTypes: declaredTypes(levi.columns?.fields),
    coverageGate: levi.coverage_gate ?? LEVI_DEFAULTS.coverageGate,
    loss: {
      type: levi.loss?.type ?? LEVI_DEFAULTS.loss.type,
      focusing: levi.loss?.focusing ?? LEVI_DEFAULTS.loss.focusing,
      smoothing: levi.loss?.label_smoothing ?? LEVI_DEFAULTS.loss.smoothing,
    },
    learningRate: LEVI_DEFAULTS.learningRate * numberOr(hyperparameters.learning_rate_multiplier, 1),
    batchSize: hyperparameters.batch_size ?? LEVI_DEFAULTS.batchSize,
    maxEpochs: hyperparameters.n_epochs ?? LEVI_DEFAULTS.maxEpochs,
  };
}

/** Of the fields whose type was given; those of the others are told from their values. */
function declaredTypes(fields: NonNullable<LeviOptions['columns']>['fields']): FieldTypes {
  if (fields === undefined || fields === 'auto') return {};
  return Object.fromEntries(Object.entries(fields).flatMap(([name, type]) => (type === 'auto' ? [] : [[name, type]])));
}

/** The taps a run uses. Throws `unsupported_option` for a layer that the backbone does not have. */
export function resolveLayers(layers: LeviConfig['layers'], taps: number): readonly number[] {
  if (layers === 'all') return Array.from({ length: taps }, (_, tap) => tap);
  const unknown = layers.find((layer) => layer >= taps);
  if (unknown === undefined) return layers;
  throw new LevigateError(
    'unsupported_option',
    `levi.layers: the backbone has no layer ${unknown}; it has 0 (embeddings) to ${taps - 1} (last block).`,
    { param: 'levi.layers' },
  );
}
