import { createRandom, tensor } from '../../engine/index.ts';
import { BUCKETS } from '../adapter/adapter.ts';
import type { AdapterTensors } from '../adapter/adapter.ts';
import { takeTaps } from '../feature-matrix.ts';
import type { EncodedTexts } from '../task-model/ngram-vocabulary.ts';
import type { LeviOptions } from './train-levi.ts';
import type { TrainingData } from './training-data.ts';

/** LEVI with one thing changed, to see what that thing is worth. */
export interface LeviVariant {
  readonly options: (options: LeviOptions) => LeviOptions;
  /** What its adapter holds instead of the run's own. */
  readonly tensors?: AdapterTensors;
}

// A task model that knows no n-gram gives zeros for every text.
const SILENT_TASK = { [BUCKETS]: tensor(new Int32Array(0), [0]) };
const WIDEST_MLP = 4096;

export const LEVI_VARIANTS = {
  /** One hidden layer on the last layer alone, as wide as makes it LEVI's number of parameters. */
  mlp_matched: {
    options: ({ config, data, ...rest }) => {
      const adaptingWidth = matchedWidth(data, config.adaptingWidth);
      return { ...rest, config: { ...config, adaptingWidth }, data: lastLayer(withoutTask(data)) };
    },
    tensors: SILENT_TASK,
  },
  levi_no_task: { options: ({ data, ...rest }) => ({ ...rest, data: withoutTask(data) }), tensors: SILENT_TASK },
  levi_last: { options: ({ data, ...rest }) => ({ ...rest, data: lastLayer(data) }) },
  /** The task model reads another row's text: what is left of its part is that of more parameters. */
  levi_noise: { options: ({ data, ...rest }) => ({ ...rest, data: { ...data, texts: shuffled(data.texts) } }) },
} as const satisfies Record<string, LeviVariant>;

function matchedWidth({ features, outputs, ngrams }: TrainingData, r: number): number {
  const { taps, width } = features;
  const ofLevi = taps * (width * r + 2 * outputs * r + r + outputs) + ngrams * outputs;
  const perUnit = width + 2 * outputs + 1;
  return Math.min(WIDEST_MLP, Math.max(1, Math.round((ofLevi - outputs) / perUnit)));
}

function lastLayer(data: TrainingData): TrainingData {
  return { ...data, features: takeTaps(data.features, [data.features.taps - 1]) };
}

function withoutTask(data: TrainingData): TrainingData {
  const { rows } = data;
  const texts = { offsets: new Int32Array(rows + 1), rows: new Int32Array(0), scales: new Float32Array(rows) };
  return { ...data, ngrams: 0, texts };
}

function shuffled(texts: EncodedTexts): EncodedTexts {
  const order = createRandom(texts.scales.length).permutation(texts.scales.length);
  const rows: number[] = [];
  const offsets = [0];
  for (const row of order) {
    rows.push(...texts.rows.subarray(texts.offsets[row], texts.offsets[row + 1]));
    offsets.push(rows.length);
  }
  return {
    offsets: Int32Array.from(offsets),
    rows: Int32Array.from(rows),
    scales: Float32Array.from(order, (row) => texts.scales[row] ?? 0),
  };
}
