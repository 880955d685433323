import type { DriftReference } from '../../contract/drift.ts';
import { buildCandidates } from '../fine-tune/build-candidates.ts';
import type { Candidate } from '../fine-tune/build-candidates.ts';
import type { Choice } from '../fine-tune/choose-method.ts';
import type { TrainContext } from '../fine-tune/train-context.ts';
import { predictedClasses } from '../metrics/classification-metrics.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import type { Question } from '../tasks/targets.ts';
import { assuranceTensors } from './assurance.ts';
import { learnAssurance } from './learn-assurance.ts';

export interface AssuredCandidates {
  readonly candidates: readonly Candidate[];
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
    candidates: candidates.map((candidate) =>
      candidate.method === choice.method
        ? { ...candidate, adapter: withTensors(candidate.adapter, tensors) }
        : candidate,
    ),
    driftReference: { rows: assurance.typicality.reference.length, labels: countAnswers(answers, run.question) },
  };
}

function withTensors(adapter: Candidate['adapter'], tensors: Candidate['adapter']['tensors']): Candidate['adapter'] {
  return { ...adapter, tensors: { ...adapter.tensors, ...tensors } };
}

/** How often each label was the answer; null where answers are no single labels. */
function countAnswers(answers: AnswerMatrix, { family, labels }: Question): Record<string, number> | null {
  if (family !== 'softmax') return null;
  const counts = labels.map(() => 0);
  for (const predicted of predictedClasses(answers)) counts[predicted] = (counts[predicted] ?? 0) + 1;
  return Object.fromEntries(labels.map((label, index) => [label, counts[index] ?? 0]));
}
