import type { z } from 'zod';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { Prediction } from '../../../src/contract/predict.ts';
import type { WorkerPredictRequest, WorkerPredictResponse } from '../../../src/contract/worker-protocol.ts';
import { assureAnswers } from '../../../src/levi/index.ts';
import type { Adapter, AnswerAssurance, Answers } from '../../../src/levi/index.ts';
import type { AdapterStore } from '../adapters/adapter-store.ts';
import type { PredictorPool } from '../adapters/predictor-pool.ts';
import type { ResidentBackbone, ResidentBackbones } from '../resident/resident-backbones.ts';
import { extractFeatures } from './extract-features.ts';
import type { Features } from './extract-features.ts';
import { toPrediction } from './to-prediction.ts';

type Request = z.infer<typeof WorkerPredictRequest>;

export interface PredictDependencies {
  readonly backbones: ResidentBackbones;
  readonly adapters: AdapterStore;
  readonly predictors: PredictorPool;
}

export type Predict = (request: Request, signal?: AbortSignal) => Promise<WorkerPredictResponse>;

interface Loaded {
  readonly model: string;
  readonly adapter: Adapter;
}

/** Texts or images to predictions: one backbone pass for all adapters that truncate alike, then each adapter's few matrices. */
export function createPredict({ backbones, adapters, predictors }: PredictDependencies): Predict {
  return async (request, signal) => {
    const backbone = backbones.find(request.backbone);
    if (!backbone) throw notReady(request.backbone);
    const loaded = await Promise.all(
      request.adapters.map(async ({ model, sha256 }): Promise<Loaded> => ({
        model,
        adapter: await adapters.get(sha256),
      })),
    );
    const groups = Map.groupBy(loaded, ({ adapter }) => maxLengthOf(adapter, backbone));
    const extracted = new Map<number, Features>();
    const rows: Prediction[][] = request.inputs.map(() => []);
    const notes: string[] = [];
    let adapterMs = 0;
    for (const [maxLength, members] of groups) {
      const features = await extractFeatures(backbone, request, { maxLength, signal });
      extracted.set(maxLength, features);
      const startedMs = performance.now();
      for (const { model, adapter } of members) {
        assertFits(adapter, backbone);
        const texts = request.inputs.map(({ text = '' }) => text);
        const output = await predictors.run(adapter, { features: features.matrix, texts });
        const assured = assureAnswers(
          adapter,
          { features: features.matrix, probabilities: output.probabilities },
          { conformal: request.conformal, abstainAtRisk: request.abstain_at_risk, nearest: request.nearest },
        );
        notes.push(...assured.notes.map((note) => `${model}: ${note}`));
        for (const [index, row] of rows.entries()) {
          const assurance = assured.rows[index] ?? { shift: null };
          row.push(readRow({ output, assurance, adapter, model, index, request }));
        }
      }
      adapterMs += performance.now() - startedMs;
    }
    return {
      data: inOrder(rows, request),
      ...summarise([...extracted.values()], adapterMs),
      ...(notes.length > 0 ? { notes } : {}),
    };
  };
}

interface RowSource {
  readonly output: Answers;
  readonly assurance: AnswerAssurance;
  readonly adapter: Adapter;
  readonly model: string;
  readonly index: number;
  readonly request: Request;
}

function readRow({ output, assurance, adapter, model, index, request }: RowSource): Prediction {
  const classes = adapter.labels.length;
  const rowOf = (values: Float32Array): Float32Array => values.subarray(index * classes, (index + 1) * classes);
  const views = request.views ? output.views : null;
  return toPrediction({
    index,
    model,
    labels: adapter.labels,
    probabilities: rowOf(output.probabilities.data),
    views: views?.map(({ layer, probabilities }) => ({ layer, probabilities: rowOf(probabilities.data) })) ?? null,
    disagreement: output.disagreement?.[index] ?? 0,
    topK: request.top_k,
    assurance,
  });
}

// By input, then by model as asked for: adapters that truncate apart were run in groups.
function inOrder(rows: readonly Prediction[][], request: Request): Prediction[] {
  const position = new Map(request.adapters.map(({ model }, index) => [model, index]));
  const place = ({ model }: Prediction): number => position.get(model) ?? 0;
  return rows.flatMap((row) => row.sort((a, b) => place(a) - place(b)));
}

function summarise(
  extracted: readonly Features[],
  adapterMs: number,
): Pick<WorkerPredictResponse, 'usage' | 'timings'> {
  const sum = (pick: (features: Features) => number): number =>
    extracted.reduce((total, each) => total + pick(each), 0);
  return {
    usage: { input_tokens: sum((each) => each.inputTokens), cached_inputs: sum((each) => each.cachedInputs) },
    timings: {
      queueMs: sum((each) => each.queueMs),
      tokenizationMs: sum((each) => each.tokenizationMs),
      inferenceMs: sum((each) => each.inferenceMs) + adapterMs,
    },
  };
}

function notReady(backbone: string): LevigateError {
  return new LevigateError('backbone_unavailable', `The backbone ${backbone} is not ready on this worker. Try again.`, {
    retryAfterS: 2,
  });
}

// Texts are cut where they were in training; an adapter that does not say was trained with all the backbone reads.
function maxLengthOf({ manifest }: Adapter, backbone: ResidentBackbone): number {
  if (backbone.modality === 'image') return 0;
  const { maxTokens } = backbone;
  const { maxLength } = manifest.provenance;
  return typeof maxLength === 'number' && maxLength > 0 ? Math.min(maxLength, maxTokens) : maxTokens;
}

function assertFits({ manifest }: Adapter, { graph }: ResidentBackbone): void {
  const { fingerprint } = manifest.backbone;
  if (fingerprint === graph.fingerprint) return;
  throw new LevigateError(
    'adapter_invalid',
    `The adapter was trained on features of another preparation of ${graph.id} (${fingerprint.slice(0, 12)} instead of ${graph.fingerprint.slice(0, 12)}). Run its fine-tuning job again.`,
  );
}
