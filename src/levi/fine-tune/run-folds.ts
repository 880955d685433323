import type { Fold } from '../groups/plan-folds.ts';
import { TASK_METRICS } from '../metrics/task-metric.ts';
import type { GroupMeasure } from '../report/join-groups.ts';
import { measureSplit } from '../report/measure-split.ts';
import type { FineTuneEvent, LabelledFeatures } from '../run/events.ts';
import { prepareRows } from '../run/prepare-run.ts';
import type { Run } from '../run/prepare-run.ts';
import type { TrainContext } from './train-context.ts';
import { trainRun } from './train-run.ts';
import { within } from './within.ts';

/**
 * For the report alone: the whole run again for each group (search, choices, refit) without the group's rows, measured on them. Yields
 * progress and a message per group and no checkpoint: a resumed run does them again.
 */
export async function* runFolds(
  context: Pick<TrainContext, 'run' | 'predictors' | 'pause'>,
  folds: readonly Fold<LabelledFeatures>[],
): AsyncGenerator<FineTuneEvent, readonly GroupMeasure[]> {
  const measures: GroupMeasure[] = [];
  for (const [index, fold] of folds.entries()) {
    const message = `Training without the group "${fold.group.slice(0, 40)}" (${index + 1} of ${folds.length}), for the report.`;
    yield { type: 'message', level: 'info', message };
    const training = onlyProgress(trainRun({ ...context, run: foldOf(context.run, fold) }, null));
    const { run, candidates } = yield* within(training, index / folds.length, (index + 1) / folds.length);
    const { question, test } = run;
    for (const { method, adapter } of candidates) {
      await context.pause();
      const answers = await context.predictors.answer(adapter, test);
      const metrics = measureSplit(question, answers, test.targets);
      const rows = TASK_METRICS[question.family].rows(answers, test.targets);
      measures.push({ group: fold.group, method, metrics, rows });
    }
  }
  return measures;
}

/** The same run on other rows, from its request on. */
function foldOf({ input, requested, question, layers }: Run, { rows }: Fold<LabelledFeatures>): Run {
  return prepareRows({ input: { ...input, config: requested }, requested, question, layers }, rows);
}

async function* onlyProgress<Result>(
  stage: AsyncGenerator<FineTuneEvent, Result>,
): AsyncGenerator<FineTuneEvent, Result> {
  let next = await stage.next();
  for (; next.done !== true; next = await stage.next()) if (next.value.type === 'progress') yield next.value;
  return next.value;
}
