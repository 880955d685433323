import { float32Data, tensor, toOnnx } from '../../engine/index.ts';
import type { Runtime, Session, Tensor } from '../../engine/index.ts';
import type { Adapter } from '../adapter/adapter.ts';
import { tensorNeeds } from '../adapter/adapter.ts';
import { takeTaps } from '../feature-matrix.ts';
import type { FeatureMatrix } from '../feature-matrix.ts';
import { describeArchitecture } from '../methods/architecture.ts';
import type { Architecture, ArchitectureSpec } from '../methods/architecture.ts';
import { outputOf } from '../model/output-of.ts';
import { viewDisagreement } from '../metrics/disagreement.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import { gatherScores } from '../task-model/ngram-scores.ts';
import { ANSWERS, buildServingGraph, FEATURES, ROWS, scoresOf, VIEWS } from './build-serving-graph.ts';

export interface PredictorInputs {
  /** Every tap of the backbone, `[rows, taps, width]`; the predictor takes those that the adapter uses. */
  readonly features: FeatureMatrix;
  /** As many as there are rows. */
  readonly texts: readonly string[];
}

export interface ViewAnswers {
  /** The tap: 0 is the embeddings. */
  readonly layer: number;
  readonly answers: AnswerMatrix;
}

export interface Answers {
  readonly answers: AnswerMatrix;
  /** One per layer, or null where the method has no views. */
  readonly views: readonly ViewAnswers[] | null;
  /** Per row, in bits, or in the unit of the numbers answered; null where the method has no views. */
  readonly disagreement: Float32Array | null;
}

/** One session that answers for every adapter of its architecture. */
export interface Predictor extends AsyncDisposable {
  readonly architecture: Architecture;
  run(adapter: Adapter, inputs: PredictorInputs): Promise<Answers>;
}

export async function createPredictor(runtime: Runtime, spec: ArchitectureSpec): Promise<Predictor> {
  const architecture = describeArchitecture(spec);
  const lowered = toOnnx(buildServingGraph(spec));
  const inputs = new Set(lowered.inputs);
  const session = await runtime.load(lowered.model);
  return {
    architecture,
    run: (adapter, batch) => {
      if (adapter.architecture.key !== architecture.key) {
        throw new Error(
          `internal: a predictor of ${architecture.key} was given an adapter of ${adapter.architecture.key}`,
        );
      }
      return answer(session, feedsOf(adapter, batch, inputs), adapter, batch.features.rows);
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

function feedsOf(
  adapter: Adapter,
  { features, texts }: PredictorInputs,
  inputs: ReadonlySet<string>,
): Record<string, Tensor> {
  const { spec } = adapter.architecture;
  const { weights, tables } = tensorNeeds(spec);
  const feeds: Record<string, Tensor> = {};
  for (const name of Object.keys(weights)) {
    const weight = adapter.tensors[name];
    if (weight !== undefined && inputs.has(name)) feeds[name] = weight;
  }
  if (inputs.has(FEATURES)) {
    const used = takeTaps(features, adapter.layers);
    feeds[FEATURES] = tensor(used.data, [used.rows, used.taps, used.width]);
  }
  if (inputs.has(ROWS)) feeds[ROWS] = tensor(new Float32Array(features.rows), [features.rows, 1]);
  const encoded = adapter.encodeTexts?.(texts);
  for (const table of tables) {
    const scores = adapter.tensors[table]?.data;
    if (encoded === undefined || !(scores instanceof Float32Array))
      throw new Error(`internal: an adapter without "${table}"`);
    const gathered = gatherScores(scores, spec.outputs, encoded, allRows(texts.length));
    feeds[scoresOf(table)] = tensor(gathered, [texts.length, spec.outputs]);
  }
  return feeds;
}

async function answer(
  session: Session,
  feeds: Record<string, Tensor>,
  adapter: Adapter,
  rows: number,
): Promise<Answers> {
  const found = await session.run(feeds);
  const { family, outputs } = adapter.architecture.spec;
  const views = found[VIEWS];
  return {
    answers: { rows, outputs, data: outputOf(found, ANSWERS) },
    views: views === undefined ? null : splitViews(float32Data(views), adapter.layers, { rows, outputs }),
    disagreement:
      views === undefined
        ? null
        : viewDisagreement(family, float32Data(views), { views: adapter.layers.length, rows, outputs }),
  };
}

function splitViews(
  data: Float32Array,
  layers: readonly number[],
  { rows, outputs }: { readonly rows: number; readonly outputs: number },
): readonly ViewAnswers[] {
  const size = rows * outputs;
  return layers.map((layer, view) => ({
    layer,
    answers: { rows, outputs, data: data.subarray(view * size, (view + 1) * size) },
  }));
}

function allRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}
