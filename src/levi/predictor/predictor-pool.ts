import type { Runtime } from '../../engine/index.ts';
import type { Adapter } from '../adapter/adapter.ts';
import { takeImages } from '../image-set.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import { takeTargets } from '../tasks/targets.ts';
import type { Targets } from '../tasks/targets.ts';
import { createRandom } from '../../engine/index.ts';
import { ruleOf } from '../methods/method-rules.ts';
import { createPredictor } from './create-predictor.ts';
import type { Predictor, PredictorInputs } from './create-predictor.ts';

// Bounds what one run holds of features, standardised copies and views.
const ROWS_PER_RUN = 512;

/** Rows to answer, cut into batches once and used for every method. */
export interface EvaluationSet {
  readonly batches: readonly PredictorInputs[];
  readonly targets: Targets;
}

export function createEvaluationSet(inputs: PredictorInputs, targets: Targets): EvaluationSet {
  const { features, texts, fields, images } = inputs;
  const size = features.taps * features.width;
  const batches: PredictorInputs[] = [];
  for (let start = 0; start < features.rows; start += ROWS_PER_RUN) {
    const end = Math.min(features.rows, start + ROWS_PER_RUN);
    const rows = Int32Array.from({ length: end - start }, (_, index) => start + index);
    const data = features.data.subarray(start * size, end * size);
    batches.push({
      features: { ...features, rows: end - start, data },
      texts: texts.slice(start, end),
      fields: fields?.slice(start, end),
      images: images && takeImages(images, rows),
    });
  }
  return { batches, targets };
}

/** The first of its rows, at most `count`, as one batch. */
export function firstRows({ batches, targets }: EvaluationSet, count: number): EvaluationSet {
  const [first] = batches;
  if (first === undefined) return { batches, targets };
  const { features, texts } = first;
  const rows = Math.min(count, features.rows);
  const data = features.data.subarray(0, rows * features.taps * features.width);
  const batch = { ...first, features: { ...features, rows, data }, texts: texts.slice(0, rows) };
  return {
    batches: [batch],
    targets: takeTargets(
      targets,
      Array.from({ length: rows }, (_, row) => row),
    ),
  };
}

export interface PredictorPool extends AsyncDisposable {
  /** The answer to every row, by the code that serves. */
  answer(adapter: Adapter, set: EvaluationSet): Promise<AnswerMatrix>;
}

/** One predictor per architecture, opened at first use. */
export function createPredictorPool(runtime: Runtime): PredictorPool {
  const predictors = new Map<string, Promise<Predictor>>();
  const predictorOf = ({ architecture }: Adapter): Promise<Predictor> => {
    const opened = predictors.get(architecture.key) ?? createPredictor(runtime, architecture.spec);
    predictors.set(architecture.key, opened);
    return opened;
  };
  return {
    answer: async (adapter, { batches, targets }) => {
      const predictor = await predictorOf(adapter);
      const { rows, outputs } = targets;
      const data = new Float32Array(rows * outputs);
      const isOther = ruleOf(adapter.manifest.method).readsOtherRows === true;
      let offset = 0;
      for (const batch of batches) {
        const { answers } = await predictor.run(adapter, isOther ? withOtherRows(batch) : batch);
        data.set(answers.data, offset);
        offset += answers.data.length;
      }
      return { rows, outputs, data };
    },
    [Symbol.asyncDispose]: async () => {
      for (const opened of predictors.values()) await (await opened)[Symbol.asyncDispose]();
    },
  };
}

/** Each row with what another row of its batch gives the task model; always the same one. */
function withOtherRows({ features, texts, fields, images }: PredictorInputs): PredictorInputs {
  const order = createRandom(texts.length).permutation(texts.length);
  return {
    features,
    texts: Array.from(order, (row) => texts[row] ?? ''),
    fields: fields && Array.from(order, (row) => fields[row]),
    images: images && takeImages(images, order),
  };
}
