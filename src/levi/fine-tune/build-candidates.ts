import { METHODS } from '../../contract/levi.ts';
import type { Method } from '../../contract/levi.ts';
import { tensor } from '../../engine/index.ts';
import type { Adapter, AdapterTensors } from '../adapter/adapter.ts';
import { METHOD_RULES, PROBE_SHARE } from '../methods/method-rules.ts';
import type { TrainedPart, TrainedPartKey } from '../methods/trained-part.ts';
import { crossEntropy } from '../metrics/classification-metrics.ts';
import type { Probabilities } from '../metrics/classification-metrics.ts';
import { scoreOnValidation } from './train-context.ts';
import type { TrainContext, ValidationScore } from './train-context.ts';

/** A method that could be served, and how good it is on the validation rows. */
export interface Candidate {
  readonly method: Method;
  readonly adapter: Adapter;
  readonly validation: ValidationScore;
  readonly seconds: number;
  readonly detail: Readonly<Record<string, number | string>>;
}

interface Ingredients {
  readonly tensors: AdapterTensors;
  readonly probeTaps: readonly number[];
  readonly detail: Readonly<Record<string, number | string>>;
}

const SHARES = Array.from({ length: 21 }, (_, index) => index / 20);

/** Every method whose parts are trained, put together and scored on validation. */
export async function buildCandidates(context: TrainContext): Promise<readonly Candidate[]> {
  const { run, finished } = context;
  const methods = METHODS.filter((method) => METHOD_RULES[method].trainedFrom.every((key) => finished.has(key)));
  const mixed = methods.includes('ensemble') ? await mixEnsemble(context) : null;
  const candidates: Candidate[] = [];
  for (const method of methods) {
    const { tensors, probeTaps, detail } = ingredientsOf(method, finished, mixed);
    const adapter = run.adapterOf(method, tensors, probeTaps);
    const keys: readonly TrainedPartKey[] = METHOD_RULES[method].trainedFrom;
    const seconds = keys.reduce((total, key) => total + (finished.get(key)?.seconds ?? 0), 0);
    candidates.push({ method, adapter, validation: await scoreOnValidation(context, adapter), seconds, detail });
  }
  return candidates;
}

function ingredientsOf(method: Method, finished: TrainContext['finished'], mixed: Ingredients | null): Ingredients {
  const partOf = (key: TrainedPartKey): TrainedPart => {
    const part = finished.get(key);
    if (part === undefined) throw new Error(`internal: ${key} was not trained`);
    return part;
  };
  const ensemble = (): Ingredients => {
    if (mixed === null) throw new Error('internal: the ensemble was not mixed');
    return mixed;
  };
  switch (method) {
    case 'ensemble':
      return ensemble();
    case 'levi+ensemble': {
      const levi = partOf('levi');
      const { tensors, probeTaps, detail } = ensemble();
      return { tensors: { ...tensors, ...levi.tensors }, probeTaps, detail: { ...detail, ...levi.detail } };
    }
    case 'prior':
    case 'linear_probe':
    case 'best_layer':
    case 'concat_all':
    case 'task_only':
    case 'levi':
      return partOf(method);
    default:
      return method satisfies never;
  }
}

/** The better of the two probes and the n-gram model, mixed in the share with the lowest validation loss. */
async function mixEnsemble(context: TrainContext): Promise<Ingredients> {
  const { run, predictors, finished } = context;
  const { validation, data } = run;
  const answer = async (key: 'linear_probe' | 'concat_all' | 'task_only') => {
    const part = finished.get(key);
    if (part === undefined) throw new Error(`internal: ${key} was not trained`);
    const probabilities = await predictors.answer(run.adapterOf(key, part.tensors, part.probeTaps), validation);
    return { key, part, probabilities, loss: crossEntropy(probabilities, validation.targets, data.classWeights) };
  };
  const last = await answer('linear_probe');
  const all = await answer('concat_all');
  const probe = all.loss < last.loss ? all : last;
  const task = await answer('task_only');
  const lossOf = (share: number): number =>
    crossEntropy(mix(probe.probabilities, task.probabilities, share), validation.targets, data.classWeights);
  const share = SHARES.reduce((best, candidate) => (lossOf(candidate) < lossOf(best) ? candidate : best));
  return {
    tensors: { ...probe.part.tensors, ...task.part.tensors, [PROBE_SHARE]: tensor(Float32Array.of(share), [1, 1]) },
    probeTaps: probe.part.probeTaps,
    detail: { probe: probe.key, probe_share: share },
  };
}

function mix(probe: Probabilities, task: Probabilities, share: number): Probabilities {
  const data = probe.data.map((value, index) => share * value + (1 - share) * (task.data[index] ?? 0));
  return { ...probe, data };
}
