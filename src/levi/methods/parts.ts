import {
  add,
  cast,
  concat,
  div,
  gemm,
  matmul,
  mul,
  reduceMean,
  reshape,
  sqrt,
  sub,
  transpose,
} from '../../engine/index.ts';
import type { Value } from '../../engine/index.ts';
import { ensembleViews, leviViews } from '../model/levi-views.ts';
import { prefixed } from '../tensor-names.ts';
import { networkOutputs, taskOutput, taskWeightShapes, taskWidth } from '../task-model/task-output.ts';
import type { TaskValues } from '../task-model/task-output.ts';
import type { ArchitectureSpec } from './architecture.ts';

/** What a served method is put together from. */
export type PartKey = 'prior' | 'probe' | 'head2toe' | TaskPart;

/** Those with a task model of their own; its tensors are named after them. */
export type TaskPart = 'task' | 'levi';

export interface PartContext {
  readonly spec: ArchitectureSpec;
  /** Standardised, of the given layers alone: `[B, layers, d]`. */
  readonly features: (layers: readonly number[]) => Value;
  /** A weight of the adapter, an input of the graph. */
  readonly weight: (name: string) => Value;
  /** Zeros, `[B, 1]`: gives a graph that reads nothing its number of rows. */
  readonly rows: () => Value;
  /** What a part's task model reads, gathered on the host, and the weights of its networks. */
  readonly task: (part: TaskPart) => TaskValues;
  /** How far each row's task model is heard, `[B, 1]`. */
  readonly gate: () => Value;
}

export interface PartOutput {
  /** `[B, C]` */
  readonly logits: Value;
  /** `[K, B, C]`, of LEVI alone. */
  readonly views?: Value;
}

export interface PartRule {
  /** Names and shapes of the adapter's tensors that become inputs of the graph. */
  readonly weights: (spec: ArchitectureSpec) => Readonly<Record<string, readonly number[]>>;
  readonly readsFeatures: boolean;
  /** Whether it is a linear probe, which chose its layers. */
  readonly isProbe: boolean;
  /** Whether it has a task model, whose tables stay on the host. */
  readonly taskModel: TaskPart | null;
  readonly build: (context: PartContext) => PartOutput;
}

/** A further kind of model is a further row. */
export const PART_RULES = {
  prior: {
    weights: ({ outputs }) => ({ 'prior.bias': [1, outputs] }),
    readsFeatures: false,
    isProbe: false,
    taskModel: null,
    build: ({ weight, rows }) => ({ logits: add(rows(), weight('prior.bias')) }),
  },
  probe: {
    weights: probeWeightShapes,
    readsFeatures: true,
    isProbe: true,
    taskModel: null,
    build: (context) => ({ logits: probeLogits(context, context.features(context.spec.probeTaps)) }),
  },
  head2toe: {
    weights: probeWeightShapes,
    readsFeatures: true,
    isProbe: true,
    taskModel: null,
    build: (context) => ({ logits: probeLogits(context, toUnitLayers(context.features(context.spec.probeTaps))) }),
  },
  task: {
    weights: taskWeights,
    readsFeatures: false,
    isProbe: false,
    taskModel: 'task',
    build: (context) => ({ logits: taskLogits(context) }),
  },
  levi: {
    weights: leviWeightShapes,
    readsFeatures: true,
    isProbe: false,
    taskModel: 'levi',
    build: ({ spec, features, weight, task, gate }) => {
      const parameters = {
        adaptFeatures: [cast(weight(ADAPT_FEATURES), 'float32')],
        ...(spec.isRounded ? { adaptScale: weight(ADAPT_SCALE) } : {}),
        adaptTask: weight('levi.adapt_task'),
        adaptBias: weight('levi.adapt_bias'),
        head: weight('levi.head'),
        headBias: weight('levi.head_bias'),
      };
      const layers = [transpose(features(everyLayer(spec)), [1, 0, 2])];
      const heard = leviViews(parameters, { features: layers, taskOutput: taskOutput(spec.task, task('levi')) });
      const views = spec.isGated ? gateViews(heard, leviViews(parameters, { features: layers }), gate()) : heard;
      return { logits: ensembleViews(views), views };
    },
  },
} as const satisfies Record<PartKey, PartRule>;

/** a o(s) + (1 - a) o(0), `[K, B, C]`. */
function gateViews(heard: Value, deaf: Value, gate: Value): Value {
  return add(mul(heard, gate), mul(deaf, sub(1, gate)));
}

function probeWeightShapes({ outputs, width, probeTaps }: ArchitectureSpec): Record<string, readonly number[]> {
  return { 'probe.weights': [outputs, probeTaps.length * width], 'probe.bias': [1, outputs] };
}

function probeLogits({ spec, weight }: PartContext, features: Value): Value {
  const flat = reshape(features, ['B', spec.probeTaps.length * spec.width]);
  return add(gemm(flat, weight('probe.weights'), { transposeRight: true }), weight('probe.bias'));
}

/** Each layer of each row divided by its root mean square; `unitLayers` in train/ does the same to what is learned from. */
function toUnitLayers(features: Value): Value {
  return div(features, sqrt(add(reduceMean(mul(features, features), [-1], { keepDims: true }), UNIT_EPSILON)));
}

// A layer of zeros stays one.
export const UNIT_EPSILON = 1e-6;

/** The half of A_k that reads the layer, `[K, d, r]`: nine tenths of an adapter's weights. */
export const ADAPT_FEATURES = 'levi.adapt_features';
/** `[K, 1, r]`, where the former is rounded. */
export const ADAPT_SCALE = 'levi.adapt_scale';

/** What the shapes of a task model's weights hang on. */
export type TaskShape = Pick<ArchitectureSpec, 'outputs' | 'task'>;

/** The head over the fields' and the images' numbers; the n-grams' scores are logits already. */
export function taskWeights({ outputs, task }: TaskShape): Readonly<Record<string, readonly number[]>> {
  const numbers = taskWidth(task, 0);
  const head = numbers === 0 ? {} : { 'task.head': [numbers, outputs] };
  return { ...prefixed('task.', taskWeightShapes(task)), ...head, 'task.bias': [1, outputs] };
}

/** The task model alone, `[B, C]`. */
export function taskLogits({
  spec,
  weight,
  task,
}: Pick<PartContext, 'weight' | 'task'> & { readonly spec: TaskShape }): Value {
  const values = task('task');
  const scores = add(values.ngrams(), weight('task.bias'));
  const networks = networkOutputs(spec.task, values);
  return networks.length === 0 ? scores : add(scores, matmul(concat(networks, -1), weight('task.head')));
}

export function leviWeightShapes(
  spec: Pick<ArchitectureSpec, 'taps' | 'width' | 'adaptingWidth'> &
    Partial<Pick<ArchitectureSpec, 'isRounded'>> &
    TaskShape,
): Readonly<Record<string, readonly number[]>> {
  const { taps, width, outputs, adaptingWidth, isRounded = false, task } = spec;
  if (adaptingWidth === null) throw new Error('internal: LEVI without an adapting width');
  return {
    [ADAPT_FEATURES]: [taps, width, adaptingWidth],
    ...(isRounded ? { [ADAPT_SCALE]: [taps, 1, adaptingWidth] } : {}),
    'levi.adapt_task': [taps, taskWidth(task, outputs), adaptingWidth],
    'levi.adapt_bias': [taps, 1, adaptingWidth],
    'levi.head': [taps, adaptingWidth, outputs],
    'levi.head_bias': [taps, 1, outputs],
    ...prefixed('levi.', taskWeightShapes(task)),
  };
}

function everyLayer({ taps }: ArchitectureSpec): readonly number[] {
  return Array.from({ length: taps }, (_, tap) => tap);
}
