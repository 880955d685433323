import { add, gemm, reshape, transpose } from '../../engine/index.ts';
import type { Value } from '../../engine/index.ts';
import { ensembleViews, leviViews } from '../model/levi-views.ts';
import type { ArchitectureSpec } from './architecture.ts';

/** What a served method is put together from. */
export type PartKey = 'prior' | 'probe' | 'task' | 'levi';

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

/** A further kind of model (an MLP, Head2Toe, a task model over fields) is a further row. */
export const PART_RULES = {
  prior: {
    weights: ({ classes }) => ({ 'prior.bias': [1, classes] }),
    tables: [],
    build: ({ weight, rows }) => ({ logits: add(rows(), weight('prior.bias')) }),
  },
  probe: {
    weights: ({ classes, width, probeTaps }) => ({
      'probe.weights': [classes, probeTaps.length * width],
      'probe.bias': [1, classes],
    }),
    tables: [],
    build: ({ spec, features, weight }) => {
      const flat = reshape(features(spec.probeTaps), ['B', spec.probeTaps.length * spec.width]);
      return { logits: add(gemm(flat, weight('probe.weights'), { transposeRight: true }), weight('probe.bias')) };
    },
  },
  task: {
    weights: ({ classes }) => ({ 'task.bias': [1, classes] }),
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

export function leviWeightShapes(spec: ArchitectureSpec): Readonly<Record<string, readonly number[]>> {
  const { taps, width, classes, adaptingWidth } = spec;
  if (adaptingWidth === null) throw new Error('internal: LEVI without an adapting width');
  return {
    'levi.adapt_features': [taps, width, adaptingWidth],
    'levi.adapt_task': [taps, classes, adaptingWidth],
    'levi.adapt_bias': [taps, 1, adaptingWidth],
    'levi.head': [taps, adaptingWidth, classes],
    'levi.head_bias': [taps, 1, classes],
  };
}

function everyLayer({ taps }: ArchitectureSpec): readonly number[] {
  return Array.from({ length: taps }, (_, tap) => tap);
}
