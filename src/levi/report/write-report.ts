import { Method } from '../../contract/levi.ts';
import type { Metric, MethodReport, ShiftKind, TargetReport } from '../../contract/report.ts';
import { createRandom } from '../../engine/index.ts';
import { contentKey } from '../data/content-key.ts';
import { countDuplicates } from '../data/split-rows.ts';
import { deriveSeed } from '../derive-seed.ts';
import { ENGINE_VERSION } from '../run/engine-version.ts';
import type { Run } from '../run/prepare-run.ts';
import type { TrainedPart, TrainedPartKey } from '../methods/trained-part.ts';
import { TASK_METRICS } from '../metrics/task-metric.ts';
import { ONLY_TARGET } from '../records/columns.ts';
import { labelKey } from '../records/training-record.ts';
import type { SearchResult } from '../search/search-config.ts';
import type { SeedScore } from './compare.ts';
import { compareServed } from './compare.ts';
import { describeAnswers } from './describe-answers.ts';
import { searchTable } from './describe-search.ts';
import type { MeasuredMethod } from './measure-method.ts';
import { writeVerdict } from './verdict.ts';

export interface ReportInput {
  readonly run: Run;
  readonly finished: ReadonlyMap<TrainedPartKey, TrainedPart>;
  readonly served: MeasuredMethod;
  readonly method: Method;
  readonly measured: readonly MeasuredMethod[];
  readonly search: SearchResult | null;
  readonly seeds: TargetReport['seeds'];
  /** Of the further seeds. */
  readonly repeated: readonly SeedScore[];
  readonly notes: readonly string[];
}

export function writeReport(report: ReportInput): TargetReport {
  const { run, finished, served, method, measured, search, seeds, repeated, notes } = report;
  const { input, question } = run;
  const random = createRandom(deriveSeed(input.seed, 'bootstrap'));
  const { name, higher_is_better } = TASK_METRICS[question.family];
  const metric = { name, higher_is_better };
  const gain = compareServed(served, measured, {
    family: question.family,
    uniform: () => random.uniform(),
    repeated,
    seeds: input.config.seeds,
  });
  const files = ofKind(served, 'file');
  const groups = ofKind(served, 'group');
  return {
    target: input.target ?? ONLY_TARGET,
    task: question.task,
    metric,
    served: method,
    chosen_by: input.config.method === 'auto' ? chosenBy(method, measured) : 'request',
    verdict: writeVerdict({
      served: method,
      overLinearProbe: gain.over_linear_probe,
      overBestBaseline: gain.over_best_baseline,
      shifts: files.length,
      groups: groups.length,
      ...basisOf(served, input.config.seeds),
      metric,
    }),
    methods: measured.map(({ report }) => report),
    gain,
    ...describeAnswers(question, served.test, run.test.targets),
    worst_shift: worstOf(files, metric),
    worst_group: worstOf(groups, metric),
    search: searchTable(search),
    seeds,
    curve: learningCurves(finished),
    data: describeData(run),
    provenance: {
      backbone: input.provenance.backbone,
      backbone_fingerprint: input.provenance.backboneFingerprint,
      engine_version: ENGINE_VERSION,
      seed: input.seed,
      threads: input.provenance.threads,
      device: input.runtime.device,
      runtime: input.runtime.implementation,
      training_file_sha256: input.provenance.trainingFileSha256,
      validation_file_sha256: input.provenance.validationFileSha256 ?? null,
    },
    // Line numbers are known to whoever read the files, who adds what was found in them.
    lint: [],
    notes: [...notes],
  };
}

const ofKind = ({ report }: MeasuredMethod, kind: ShiftKind): MethodReport['shifts'] =>
  report.shifts.filter((shift) => shift.kind === kind);

/** What the headline rests on; groups are left out with the first seed alone. */
function basisOf(served: MeasuredMethod, seeds: number): { readonly rows: number; readonly seeds: number } {
  const countRows = (shifts: MethodReport['shifts']): number => shifts.reduce((sum, { n }) => sum + n, 0);
  const [files, groups] = [countRows(ofKind(served, 'file')), countRows(ofKind(served, 'group'))];
  if (files > 0) return { rows: files, seeds };
  return groups > 0 ? { rows: groups, seeds: 1 } : { rows: served.report.id.n, seeds };
}

/** Ablations decide nothing, so they are not looked at: `auto` serves either the lowest loss, or the preferred method near it. */
function chosenBy(served: Method, measured: readonly MeasuredMethod[]): TargetReport['chosen_by'] {
  const servable = measured.map(({ report }) => report).filter(({ method }) => Method.safeParse(method).success);
  const [lowest] = servable.toSorted((a, b) => a.validation_loss - b.validation_loss);
  return lowest?.method === served ? 'validation_loss' : 'one_standard_error';
}

function worstOf(shifts: MethodReport['shifts'], metric: Metric): TargetReport['worst_shift'] {
  const sign = metric.higher_is_better ? 1 : -1;
  const [worst] = shifts.toSorted((a, b) => sign * (a.score.value - b.score.value));
  return worst === undefined ? null : { name: worst.name, score: worst.score };
}

function learningCurves(finished: ReportInput['finished']): TargetReport['curve'] {
  return [...finished].flatMap(([method, { curve }]) =>
    curve.map(({ epoch, step, trainLoss, trainScore, validLoss, validScore }) => ({
      method,
      epoch,
      step,
      train_loss: trainLoss,
      train_score: trainScore,
      valid_loss: validLoss,
      valid_score: validScore,
    })),
  );
}

function describeData({ input, question: { task, labels }, rows }: Run): TargetReport['data'] {
  const { records } = input.train;
  const counts = new Map(labels.map((label) => [label, 0]));
  for (const { label } of task === 'regression' ? [] : records)
    for (const name of typeof label === 'object' ? label : [labelKey(label)])
      counts.set(name, (counts.get(name) ?? 0) + 1);
  return {
    rows: records.length,
    train: rows.train.length,
    validation: rows.validation.rows.length,
    test: rows.test.rows.length,
    labels: Object.fromEntries(counts),
    truncated_texts: input.truncatedTexts ?? 0,
    duplicate_texts: countDuplicates(records.map(contentKey)),
  };
}
