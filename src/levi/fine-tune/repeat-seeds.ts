import type { TargetReport } from '../../contract/report.ts';
import { METHOD_RULES } from '../methods/method-rules.ts';
import type { TrainedPart, TrainedPartKey } from '../methods/trained-part.ts';
import { mean } from '../metrics/classification-metrics.ts';
import { meanWithInterval } from '../metrics/intervals.ts';
import { TASK_METRICS } from '../metrics/task-metric.ts';
import type { TaskMetric } from '../metrics/task-metric.ts';
import type { EvaluationSet } from '../predictor/predictor-pool.ts';
import type { Family } from '../tasks/family.ts';
import type { SeedScore } from '../report/compare.ts';
import { deriveSeed } from '../derive-seed.ts';
import type { FineTuneEvent } from '../run/events.ts';
import type { Fit } from '../run/prepare-fit.ts';
import { buildCandidates } from './build-candidates.ts';
import type { Assembly } from './build-candidates.ts';
import { PART_TRAINERS } from './part-trainers.ts';
import type { TrainContext } from './train-context.ts';

export interface RepeatOptions {
  readonly context: TrainContext;
  /** What the final models learn from. */
  readonly fit: Fit;
  readonly refitted: ReadonlyMap<TrainedPartKey, TrainedPart>;
  readonly assembly: Pick<Assembly, 'mixing'>;
  readonly shifts: readonly EvaluationSet[];
}

// Of what is trained by epochs, start weights, order of the rows and dropout come from the seed; all else is solved to its one optimum.
function seededParts(finished: TrainContext['finished']): readonly TrainedPartKey[] {
  return [...finished].flatMap(([key, { detail }]) => ('best_epoch' in detail ? [key] : []));
}

/** Trains what depends on the seed again with other seeds, on the same rows: `levi.seeds` - 1 times. For the report alone. */
export async function* repeatSeeds(options: RepeatOptions): AsyncGenerator<FineTuneEvent, readonly SeedScore[]> {
  const { context } = options;
  const { input } = context.run;
  const scores: SeedScore[] = [];
  for (let index = 1; index < input.config.seeds; index++) {
    const run = { ...context.run, input: { ...input, seed: deriveSeed(input.seed, `seed ${index}`) } };
    const message = `Training again with seed ${index + 1} of ${input.config.seeds}, for the report.`;
    yield { type: 'message', level: 'info', message };
    scores.push(...(await measureSeed({ ...options, context: { ...context, run } })));
    yield { type: 'progress', fraction: index / (input.config.seeds - 1) };
  }
  return scores;
}

async function measureSeed({ context, fit, refitted, assembly, shifts }: RepeatOptions): Promise<readonly SeedScore[]> {
  const { run, predictors, finished, pause } = context;
  const parts = new Map(refitted);
  const seeded = seededParts(finished);
  for (const key of seeded) {
    const chosen = { ...(await trainToEnd(key, context)), seconds: 0 };
    parts.set(key, { ...chosen, tensors: await PART_TRAINERS[key].refit({ ...context, fit }, chosen) });
  }
  const metric: TaskMetric = TASK_METRICS[run.question.family];
  const scores: SeedScore[] = [];
  for (const { method, adapter } of buildCandidates(fit, parts, assembly)) {
    const keys: readonly TrainedPartKey[] = METHOD_RULES[method].trainedFrom;
    if (!keys.some((key) => seeded.includes(key))) continue;
    await pause();
    const rowsOn = async (set: EvaluationSet): Promise<Float64Array> =>
      metric.rows(await predictors.answer(adapter, set), set.targets);
    const testRows = await rowsOn(run.test);
    const shiftRows: Float64Array[] = [];
    for (const set of shifts) shiftRows.push(await rowsOn(set));
    const scoreOf = (rows: Float64Array): number => metric.finish(mean(rows));
    const ood = shiftRows.length === 0 ? null : mean(shiftRows.map(scoreOf));
    scores.push({ method, testRows, shiftRows, id: scoreOf(testRows), ood });
  }
  return scores;
}

async function trainToEnd(key: TrainedPartKey, context: TrainContext): Promise<Omit<TrainedPart, 'seconds'>> {
  const training = PART_TRAINERS[key].choose(context, null);
  let next = await training.next();
  while (next.done !== true) next = await training.next();
  return next.value;
}

/** Each method's scores over the seeds, the first of them that of the table. Empty with one seed. */
export function summariseSeeds(
  family: Family,
  table: readonly SeedScore[],
  repeated: readonly SeedScore[],
): TargetReport['seeds'] {
  if (repeated.length === 0) return [];
  const most = TASK_METRICS[family].name === 'rmse' ? Infinity : 1;
  return table
    .filter(({ method }) => repeated.some((other) => other.method === method))
    .map((first) => {
      const all = [first, ...repeated.filter(({ method }) => method === first.method)];
      const ood = all.flatMap((each) => (each.ood === null ? [] : [each.ood]));
      return {
        method: first.method,
        runs: all.length,
        id: meanWithInterval(
          all.map(({ id }) => id),
          most,
        ),
        ood: ood.length === 0 ? null : meanWithInterval(ood, most),
      };
    });
}
