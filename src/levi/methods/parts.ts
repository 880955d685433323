import { add, div, gemm, mul, reduceMean, reshape, sqrt, transpose } from '../../engine/index.ts';
import type { Value } from '../../engine/index.ts';
import { ensembleViews, leviViews } from '../model/levi-views.ts';
import type { ArchitectureSpec } from './architecture.ts';

/** What a served method is put together from. */
export type PartKey = 'prior' | 'probe' | 'head2toe' | 'task' | 'levi';

export interface PartContext {
  readonly spec: ArchitectureSpec;
  /** Standardised, of the given layers alone: `[B, layers, d]`. */
  readonly features: (layers: readonly number[]) => Value;
  /** A weight of the adapter, an input of the graph. */
  readonly weight: (name: string) => Value;
  /** Zeros, `[B, 1]`: gives a graph that reads nothing its number of rows. */
  readonly rows: () => Value;
  /** Scores gathered from an n-gram table on the host, `[B, C]`. */
  readonly scores: (table: string) => Value;
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
  /** N-gram tables `[buckets, C]`, which stay on the host. */
  readonly tables: readonly string[];
  readonly build: (context: PartContext) => PartOutput;
}

/** A further kind of model (a task model over fields) is a further row. */
export const PART_RULES = {
  prior: {
    weights: ({ outputs }) => ({ 'prior.bias': [1, outputs] }),
    tables: [],
    build: ({ weight, rows }) => ({ logits: add(rows(), weight('prior.bias')) }),
  },
  probe: {
    weights: probeWeightShapes,
    tables: [],
    build: (context) => ({ logits: probeLogits(context, context.features(context.spec.probeTaps)) }),
  },
  head2toe: {
    weights: probeWeightShapes,
    tables: [],
    build: (context) => ({ logits: probeLogits(context, toUnitLayers(context.features(context.spec.probeTaps))) }),
  },
  task: {
    weights: ({ outputs }) => ({ 'task.bias': [1, outputs] }),
    tables: ['task.ngrams'],
    build: ({ weight, scores }) => ({ logits: add(scores('task.ngrams'), weight('task.bias')) }),
  },
  levi: {
    weights: leviWeightShapes,
    tables: ['levi.ngrams'],
    build: ({ spec, features, weight, scores }) => {
      const parameters = {
        adaptFeatures: weight('levi.adapt_features'),
        adaptTask: weight('levi.adapt_task'),
        adaptBias: weight('levi.adapt_bias'),
        head: weight('levi.head'),
        headBias: weight('levi.head_bias'),
      };
      const views = leviViews(parameters, {
        features: transpose(features(everyLayer(spec)), [1, 0, 2]),
        taskOutput: scores('levi.ngrams'),
      });
      return { logits: ensembleViews(views), views };
    },
  },
} as const satisfies Record<PartKey, PartRule>;

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

export function leviWeightShapes(
  spec: Pick<ArchitectureSpec, 'taps' | 'width' | 'outputs' | 'adaptingWidth'>,
): Readonly<Record<string, readonly number[]>> {
  const { taps, width, outputs, adaptingWidth } = spec;
  if (adaptingWidth === null) throw new Error('internal: LEVI without an adapting width');
  return {
    'levi.adapt_features': [taps, width, adaptingWidth],
    'levi.adapt_task': [taps, outputs, adaptingWidth],
    'levi.adapt_bias': [taps, 1, adaptingWidth],
    'levi.head': [taps, adaptingWidth, outputs],
    'levi.head_bias': [taps, 1, outputs],
  };
}

function everyLayer({ taps }: ArchitectureSpec): readonly number[] {
  return Array.from({ length: taps }, (_, tap) => tap);
}
