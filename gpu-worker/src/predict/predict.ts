import { setImmediate as nextTurn } from 'node:timers/promises';
import type { z } from 'zod';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { Prediction } from '../../../src/contract/predict.ts';
import type { WorkerPredictRequest, WorkerPredictResponse } from '../../../src/contract/worker-protocol.ts';
import { assureAnswers } from '../../../src/levi/index.ts';
import type { Adapter, TargetAdapter } from '../../../src/levi/index.ts';
import type { AdapterStore } from '../adapters/adapter-store.ts';
import type { PredictorPool } from '../adapters/predictor-pool.ts';
import type { ResidentBackbone, ResidentBackbones } from '../resident/resident-backbones.ts';
import type { OnRun } from '../device/device.ts';
import { extractFeatures } from './extract-features.ts';
import type { Features } from './extract-features.ts';
import { requireBackbone } from './require-backbone.ts';
import { toPrediction } from './to-prediction.ts';
import type { AnsweredTarget } from './to-prediction.ts';

type Request = z.infer<typeof WorkerPredictRequest>;

export interface PredictDependencies {
  readonly backbones: ResidentBackbones;
  readonly adapters: Pick<AdapterStore, 'hold'>;
  readonly predictors: PredictorPool;
  /** How long a request waits for a backbone that is on disk and only has to be loaded. */
  readonly readyWithinMs?: number;
}

export type Predict = (request: Request, signal?: AbortSignal, onRun?: OnRun) => Promise<WorkerPredictResponse>;

// A thousand adapters take long enough for others to notice: their batches and answers get a turn in between.
const TURN_MS = 5;

interface Loaded {
  readonly model: string;
  /** One per target. */
  readonly targets: readonly [TargetAdapter, ...TargetAdapter[]];
}

/** Texts or images to predictions: one backbone pass for all adapters that truncate alike, then each adapter's few matrices. */
export function createPredict({
  backbones,
  adapters,
  predictors,
  readyWithinMs = 1_000,
}: PredictDependencies): Predict {
  return async (request, signal, onRun) => {
    const backbone = await requireBackbone(backbones, request.backbone, { withinMs: readyWithinMs });
    using held = await holdAll(adapters, request);
    const { loaded } = held;
    const groups = Map.groupBy(loaded, ({ targets: [{ adapter }] }) => maxLengthOf(adapter, backbone));
    const extracted = new Map<number, Features>();
    const rows: Prediction[][] = request.inputs.map(() => []);
    const notes: string[] = [];
    let adapterMs = 0;
    for (const [maxLength, members] of groups) {
      const features = await extractFeatures(backbone, request, {
        maxLength,
        isTextOptional: members.every(({ targets }) => targets.every(readsNoText)),
        readsImages: members.some(({ targets }) => targets.some(readsImage)),
        signal,
        onRun,
      });
      extracted.set(maxLength, features);
      const startedMs = performance.now();
      const answers = answerAll(members, { request, backbone, predictors, features, signal });
      for await (const { model, answered, notes: given } of answers) {
        notes.push(...given);
        for (const [index, row] of rows.entries()) row.push(toPrediction({ model, index, answered, request }));
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

interface Answering {
  readonly request: Request;
  readonly backbone: ResidentBackbone;
  readonly predictors: PredictorPool;
  readonly features: Features;
  readonly signal: AbortSignal | undefined;
}

interface ModelAnswers {
  readonly model: string;
  /** One per target. */
  readonly answered: readonly AnsweredTarget[];
  /** What could not be said as it was asked for, and why. */
  readonly notes: readonly string[];
}

/** Each model's answers to all inputs, one model after the other. */
async function* answerAll(
  members: readonly Loaded[],
  { request, backbone, predictors, features, signal }: Answering,
): AsyncGenerator<ModelAnswers> {
  const inputs = {
    features: features.matrix,
    texts: request.inputs.map(({ text = '' }) => text),
    fields: request.inputs.map(({ fields }) => fields),
    images: features.images ?? undefined,
  };
  let turnMs = performance.now();
  for (const { model, targets } of members) {
    if (performance.now() - turnMs > TURN_MS) {
      await nextTurn();
      turnMs = performance.now();
    }
    const answered: AnsweredTarget[] = [];
    const notes: string[] = [];
    for (const { name, adapter } of targets) {
      // Nobody waits for the rest any more.
      signal?.throwIfAborted();
      assertFits(adapter, backbone);
      const output = await predictors.run(adapter, inputs);
      const given = { features: features.matrix, answers: output.answers };
      const { coverage, abstain_at_risk: abstainAtRisk, nearest } = request;
      const assured = assureAnswers(adapter, given, { coverage, abstainAtRisk, nearest });
      const told = targets.length === 1 ? model : `${model}, ${name}`;
      notes.push(...assured.notes.map((note) => `${told}: ${note}`));
      answered.push({ name, adapter, output, assured: assured.rows });
    }
    yield { model, answered, notes };
  }
}

interface Held extends Disposable {
  readonly loaded: readonly Loaded[];
}

/** Every model's adapters, none of which leaves memory before this is disposed. */
async function holdAll(store: Pick<AdapterStore, 'hold'>, request: Request): Promise<Held> {
  using stack = new DisposableStack();
  const found = await Promise.allSettled(request.adapters.map(({ sha256 }) => store.hold(sha256)));
  for (const each of found) if (each.status === 'fulfilled') stack.use(each.value);
  const loaded = found.map((each, index): Loaded => {
    if (each.status === 'rejected') throw each.reason;
    return { model: request.adapters[index]?.model ?? '', targets: each.value.adapters };
  });
  const holds = stack.move();
  return { loaded, [Symbol.dispose]: () => holds.dispose() };
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

// Texts are cut where they were in training; an adapter that does not say was trained with all the backbone reads.
function maxLengthOf({ manifest }: Adapter, backbone: ResidentBackbone): number {
  if (backbone.modality === 'image') return 0;
  const { maxTokens } = backbone;
  const { maxLength } = manifest.provenance;
  return typeof maxLength === 'number' && maxLength > 0 ? Math.min(maxLength, maxTokens) : maxTokens;
}

const readsNoText = ({ adapter }: TargetAdapter): boolean => adapter.manifest.without_text === true;

const readsImage = ({ adapter }: TargetAdapter): boolean => (adapter.manifest.image_size ?? 0) > 0;

function assertFits({ manifest }: Adapter, { graph }: ResidentBackbone): void {
  const { fingerprint } = manifest.backbone;
  if (fingerprint === graph.fingerprint) return;
  throw new LevigateError(
    'adapter_invalid',
    `The adapter was trained on features of another preparation of ${graph.id} (${fingerprint.slice(0, 12)} instead of ${graph.fingerprint.slice(0, 12)}). Run its fine-tuning job again.`,
  );
}
