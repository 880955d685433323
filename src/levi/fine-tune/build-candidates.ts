import { ComparedMethod } from '../../contract/levi.ts';
import { tensor } from '../../engine/index.ts';
import type { AdapterTensors } from '../adapter/adapter.ts';
import { METHOD_RULES, PROBE_SHARE, ruleOf } from '../methods/method-rules.ts';
import type { TrainedPart, TrainedPartKey } from '../methods/trained-part.ts';
import type { Candidate } from '../run/candidate.ts';
import { hasNetworks } from '../task-model/task-inputs.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import { DEVIATION, INVERSE_TEMPERATURE } from '../tasks/family-graphs.ts';
import { mixAnswers, rowLosses, weightedMean } from '../tasks/family-scores.ts';
import type { Fit } from '../run/prepare-fit.ts';
import type { TrainContext } from './train-context.ts';

/** How the ensemble was put together on the validation rows. */
export interface Mixing {
  readonly probe: 'linear_probe' | 'concat_all';
  readonly share: number;
}

type Parts = ReadonlyMap<TrainedPartKey, TrainedPart>;

interface Ingredients {
  readonly tensors: AdapterTensors;
  readonly probeTaps: readonly number[];
  readonly detail: Readonly<Record<string, number | string>>;
}

const SHARES = Array.from({ length: 21 }, (_, index) => index / 20);

export interface Assembly {
  readonly mixing: Mixing;
  /** Fitted on the validation rows: temperatures, of numbers the deviation of the errors; 1 for methods it does not name. */
  readonly calibrations?: ReadonlyMap<ComparedMethod, number>;
}

/** Every method whose parts are trained, put together. */
export function buildCandidates(
  { adapterOf, data }: Fit,
  parts: Parts,
  { mixing, calibrations }: Assembly,
): readonly Candidate[] {
  const methods = ComparedMethod.options.filter((method) => {
    const { trainedFrom, needsNetworks = false } = ruleOf(method);
    return trainedFrom.every((key) => parts.has(key)) && (hasNetworks(data) || !needsNetworks);
  });
  return methods.map((method) => {
    const { tensors, probeTaps, detail } = ingredientsOf(method, parts, mixing);
    const keys: readonly TrainedPartKey[] = METHOD_RULES[method].trainedFrom;
    const seconds = keys.reduce((total, key) => total + partOf(parts, key).seconds, 0);
    const calibration = calibrations?.get(method) ?? 1;
    const [name, value] = data.family === 'squared' ? [DEVIATION, calibration] : [INVERSE_TEMPERATURE, 1 / calibration];
    const calibrated = { ...tensors, [name]: tensor(Float32Array.of(value), [1, 1]) };
    return { method, adapter: adapterOf(method, calibrated, probeTaps), seconds, detail };
  });
}

function partOf(parts: Parts, key: TrainedPartKey): TrainedPart {
  const part = parts.get(key);
  if (part === undefined) throw new Error(`internal: ${key} was not trained`);
  return part;
}

/** What is put together of several parts; every other method is the part of its own name. */
const COMPOSITIONS = {
  ensemble: mixedIngredients,
  'levi+ensemble': (parts, mixing) => {
    const levi = partOf(parts, 'levi');
    const { tensors, probeTaps, detail } = mixedIngredients(parts, mixing);
    return { tensors: { ...tensors, ...levi.tensors }, probeTaps, detail: { ...detail, ...levi.detail } };
  },
  'levi+task': (parts) => {
    const levi = partOf(parts, 'levi');
    return { ...levi, tensors: { ...levi.tensors, ...partOf(parts, 'task_only').tensors } };
  },
} as const satisfies Partial<Record<ComparedMethod, (parts: Parts, mixing: Mixing) => Ingredients>>;

const isComposed = (method: ComparedMethod): method is keyof typeof COMPOSITIONS => Object.hasOwn(COMPOSITIONS, method);

const ingredientsOf = (method: ComparedMethod, parts: Parts, mixing: Mixing): Ingredients =>
  isComposed(method) ? COMPOSITIONS[method](parts, mixing) : partOf(parts, method);

function mixedIngredients(parts: Parts, mixing: Mixing): Ingredients {
  const probe = partOf(parts, mixing.probe);
  const share = tensor(Float32Array.of(mixing.share), [1, 1]);
  return {
    tensors: { ...probe.tensors, ...partOf(parts, 'task_only').tensors, [PROBE_SHARE]: share },
    probeTaps: probe.probeTaps,
    detail: { probe: mixing.probe, probe_share: mixing.share },
  };
}

/** The better of the two probes and the task model, mixed in the share with the lowest validation loss. */
export async function chooseMixing({ run, fit, predictors, finished }: TrainContext): Promise<Mixing> {
  const { targets } = run.validation;
  const answer = (key: 'linear_probe' | 'concat_all' | 'task_only'): Promise<AnswerMatrix> => {
    const { tensors, probeTaps } = partOf(finished, key);
    return predictors.answer(fit.adapterOf(key, tensors, probeTaps), run.validation);
  };
  const lossOf = (answers: AnswerMatrix): number =>
    weightedMean(rowLosses(run.question.family, answers, targets), run.validationWeights);
  const last = await answer('linear_probe');
  const all = await answer('concat_all');
  const isAllBetter = lossOf(all) < lossOf(last);
  const task = await answer('task_only');
  const lossAt = (share: number): number => lossOf(mixAnswers(isAllBetter ? all : last, task, share));
  const share = SHARES.reduce((best, candidate) => (lossAt(candidate) < lossAt(best) ? candidate : best));
  return { probe: isAllBetter ? 'concat_all' : 'linear_probe', share };
}
