import { Method } from '../../contract/levi.ts';
import type { FineTuningReport, MethodReport } from '../../contract/report.ts';
import { createRandom } from '../../engine/index.ts';
import { countDuplicates } from '../data/split-rows.ts';
import { deriveSeed } from '../fine-tune/derive-seed.ts';
import { ENGINE_VERSION } from '../fine-tune/engine-version.ts';
import type { Run } from '../fine-tune/prepare-run.ts';
import type { TrainedPart, TrainedPartKey } from '../methods/trained-part.ts';
import { confusionMatrix } from '../metrics/classification-metrics.ts';
import { perClassFigures } from '../metrics/per-class.ts';
import { riskCoverage } from '../metrics/risk-coverage.ts';
import { compareServed } from './compare.ts';
import type { MeasuredMethod } from './measure-method.ts';
import { writeVerdict } from './verdict.ts';

export interface ReportInput {
  readonly run: Run;
  readonly finished: ReadonlyMap<TrainedPartKey, TrainedPart>;
  readonly served: MeasuredMethod;
  readonly method: Method;
  readonly measured: readonly MeasuredMethod[];
  readonly seeds: FineTuningReport['seeds'];
  readonly notes: readonly string[];
}

export function writeReport({ run, finished, served, method, measured, seeds, notes }: ReportInput): FineTuningReport {
  const { input, labels } = run;
  const random = createRandom(deriveSeed(input.seed, 'bootstrap'));
  const counts = confusionMatrix(served.test, run.test.targets);
  const gain = compareServed(served, measured, () => random.uniform());
  return {
    object: 'fine_tuning.report',
    served: method,
    chosen_by: input.config.method === 'auto' ? chosenBy(method, measured) : 'request',
    verdict: writeVerdict({
      served: method,
      overLinearProbe: gain.over_linear_probe,
      overBestBaseline: gain.over_best_baseline,
      shifts: input.shifts.length,
    }),
    methods: measured.map(({ report }) => report),
    gain,
    confusion: { labels: [...labels], counts },
    per_class: perClassFigures(labels, counts),
    risk_coverage: riskCoverage(served.test, run.test.targets),
    worst_shift: worstShift(served.report.shifts),
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

/** Ablations decide nothing, so they are not looked at: `auto` serves either the lowest loss, or the preferred method near it. */
function chosenBy(served: Method, measured: readonly MeasuredMethod[]): FineTuningReport['chosen_by'] {
  const servable = measured.map(({ report }) => report).filter(({ method }) => Method.safeParse(method).success);
  const [lowest] = servable.toSorted((a, b) => a.validation_loss - b.validation_loss);
  return lowest?.method === served ? 'validation_loss' : 'one_standard_error';
}

function worstShift(shifts: MethodReport['shifts']): FineTuningReport['worst_shift'] {
  const [worst] = shifts.toSorted((a, b) => a.accuracy.value - b.accuracy.value);
  return worst === undefined ? null : { name: worst.name, accuracy: worst.accuracy };
}

function learningCurves(finished: ReportInput['finished']): FineTuningReport['curve'] {
  return [...finished].flatMap(([method, { curve }]) =>
    curve.map(({ epoch, step, trainLoss, validLoss, validAccuracy }) => ({
      method,
      epoch,
      step,
      train_loss: trainLoss,
      valid_loss: validLoss,
      valid_accuracy: validAccuracy,
    })),
  );
}

function describeData({ input, labels, rows }: Run): FineTuningReport['data'] {
  const { records } = input.train;
  const counts = new Map(labels.map((label) => [label, 0]));
  for (const { label } of records) counts.set(label, (counts.get(label) ?? 0) + 1);
  return {
    rows: records.length,
    train: rows.train.length,
    validation: rows.validation.rows.length,
    test: rows.test.rows.length,
    labels: Object.fromEntries(counts),
    truncated_texts: input.truncatedTexts ?? 0,
    duplicate_texts: countDuplicates(records.map(({ text }) => text)),
  };
}
