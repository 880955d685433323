import type { DriftReference } from '../../contract/drift.ts';
import type { Candidate } from '../run/candidate.ts';
import { assuranceTensors } from '../adapter/assurance.ts';
import { countAnswers } from '../assurance/count-answers.ts';
import { learnAssurance } from '../assurance/learn-assurance.ts';
import { buildCandidates } from './build-candidates.ts';
import type { Choice } from './choose-method.ts';
import type { TrainContext } from './train-context.ts';

export interface AssuredCandidates {
  readonly candidates: readonly Candidate[];
  /** What was put into the served one. */
  readonly tensors: Candidate['adapter']['tensors'];
  readonly driftReference: DriftReference;
}

/**
 * The final candidates, the one that will be served with its assurance, and what its predictions are to be compared with.
 * @param context of the choosing: its models have not learned from the validation rows
 */
export async function assureServed(
  { run, fit, predictors, finished }: TrainContext,
  choice: Choice,
  candidates: readonly Candidate[],
): Promise<AssuredCandidates> {
  const chosen = buildCandidates(fit, finished, choice).find(({ method }) => method === choice.method);
  if (chosen === undefined) throw new Error(`internal: ${choice.method} was chosen and not trained`);
  const answers = await predictors.answer(chosen.adapter, run.validation);
  const assurance = learnAssurance(run, answers);
  const tensors = assuranceTensors(assurance);
  return {
    tensors,
    candidates: candidates.map((candidate) =>
      candidate.method === choice.method
        ? { ...candidate, adapter: withTensors(candidate.adapter, tensors) }
        : candidate,
    ),
    driftReference: {
      rows: assurance.typicality.reference.length,
      ...countAnswers({
        answers,
        question: run.question,
        deviation: choice.calibrations.get(choice.method) ?? 1,
      }),
    },
  };
}

function withTensors(adapter: Candidate['adapter'], tensors: Candidate['adapter']['tensors']): Candidate['adapter'] {
  return { ...adapter, tensors: { ...adapter.tensors, ...tensors } };
}
