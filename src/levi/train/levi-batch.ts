import { bernoulliArray, dropoutMask, tensor } from '../../engine/index.ts';
import type { Feeds, Random } from '../../engine/index.ts';
import type { LeviConfig } from '../config.ts';
import { gatherByLayer } from '../feature-matrix.ts';
import { gatherScores } from '../task-model/ngram-scores.ts';
import { TASK_OUTPUT } from './levi-training-graph.ts';
import type { LeviShape } from './levi-training-graph.ts';
import type { TrainingData } from './training-data.ts';

/** Memory that every step of an epoch uses anew: a step's features are larger than all else it makes. */
export interface BatchBuffers {
  readonly features: Float32Array;
}

export function createBatchBuffers({ taps, width, batchSize }: LeviShape): BatchBuffers {
  return { features: new Float32Array(taps * batchSize * width) };
}

export interface BatchInput {
  readonly shape: LeviShape;
  readonly data: TrainingData;
  readonly config: Pick<LeviConfig, 'viewDropout' | 'headDropout'>;
  /** The n-gram table as it is now. */
  readonly table: Float32Array;
  /** Training rows of this batch, at most `shape.batchSize`. */
  readonly rows: Int32Array;
  readonly buffers: BatchBuffers;
  /** Gives the dropout masks. */
  readonly random: Random;
}

/** Feeds of one step. Missing rows repeat row 0 with weight zero. */
export function leviBatch({ shape, data, config, table, rows, random, buffers }: BatchInput): Feeds {
  const { taps, width, outputs, adaptingWidth, batchSize } = shape;
  const padded = new Int32Array(batchSize);
  padded.set(rows);
  const weights = Float32Array.from(padded, (row, index) =>
    index < rows.length ? (data.rowWeights[row] ?? 1) / rows.length : 0,
  );
  const seen = bernoulliArray(random, taps * batchSize, 1 - config.viewDropout);
  const kept = dropoutMask(random, taps * batchSize * adaptingWidth, config.headDropout);
  gatherByLayer(data.features, padded, buffers.features);
  return {
    features: tensor(buffers.features, [taps, batchSize, width]),
    [TASK_OUTPUT]: tensor(gatherScores(table, outputs, data.texts, padded), [batchSize, outputs]),
    view_mask: tensor(seen, [taps, batchSize, 1]),
    head_mask: tensor(kept, [taps, batchSize, adaptingWidth]),
    targets: tensor(targetsOf(data, padded), [batchSize, outputs]),
    sample_weights: tensor(weights, [batchSize]),
  };
}

function targetsOf({ targets, outputs }: TrainingData, rows: Int32Array): Float32Array {
  const chosen = new Float32Array(rows.length * outputs);
  for (const [index, row] of rows.entries())
    chosen.set(targets.subarray(row * outputs, (row + 1) * outputs), index * outputs);
  return chosen;
}
