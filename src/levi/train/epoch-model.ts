import type { Feeds, Random, Tensor, Value } from '../../engine/index.ts';
import type { TaskPart } from '../methods/parts.ts';

export interface EpochGraph {
  readonly loss: Value;
  /** What the loss judges, `[B, C]`. */
  readonly logits: Value;
}

/** A model that is trained by steps over batches: its graph, and what it reads beside its task model. */
export interface EpochModel {
  /** Whose task model it trains: what the names of its tables begin with. */
  readonly part: TaskPart;
  /** Names and shapes of its parameters. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** The parameters as the adapter has them, where these are not the same. */
  readonly toAdapter?: (parameters: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>;
  readonly initial: (random: Random) => Readonly<Record<string, Float32Array>>;
  /** Of one batch. Inputs: those of the task model, targets `[B, C]`, sample_weights `[B]`, and those of `feeds`. */
  readonly build: () => EpochGraph;
  /** Feeds of a whole batch of rows; `random` gives dropout masks. */
  readonly feeds: (rows: Int32Array, random: Random) => Feeds;
}
