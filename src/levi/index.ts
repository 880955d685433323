// The method's public face: records in, an adapter and a report out, answers from an adapter.

export type { Adapter } from './adapter/adapter.ts';
export type { AdapterManifest } from './adapter/manifest.ts';
export { readModel } from './adapter/model-file.ts';
export type { TargetAdapter } from './adapter/model-file.ts';
export { readAdapter } from './adapter/read-adapter.ts';
export { assureAnswers } from './assurance/assure-answers.ts';
export type { AnswerAssurance } from './assurance/assure-answers.ts';
export { LEVI_DEFAULTS, resolveLayers, resolveLeviConfig } from './config.ts';
export type { LeviConfig, LeviConfigInput } from './config.ts';
export { corruptHeldOut } from './corruptions/corrupt-held-out.ts';
export { MAX_CORRUPTED_ROWS } from './corruptions/max-corrupted-rows.ts';
export type { CorruptedRows, CorruptHeldOutInput } from './corruptions/corrupt-held-out.ts';
export type { FeatureMatrix } from './feature-matrix.ts';
export type { ImageSet } from './image-set.ts';
export type {
  CorruptedFrom,
  FineTuneEvent,
  FineTuneInput,
  FineTuneResult,
  LabelledFeatures,
  ModelCheckpoint,
  Provenance,
  ShiftSet,
} from './run/events.ts';
export { assignRows } from './run/assign-rows.ts';
export { writeClassifier } from './export/write-classifier.ts';
export type { Vocabulary, VocabularyKind } from './export/vocabulary-units.ts';
export { fineTuneTargets } from './fine-tune/fine-tune-targets.ts';
export type { FineTuneTargetsInput, ModelResult } from './fine-tune/fine-tune-targets.ts';
export { collectFields } from './records/collect-fields.ts';
export type { FieldCollector } from './records/collect-fields.ts';
export { describeModel } from './describe/describe-model.ts';
export { readBackboneGraph } from './describe/read-backbone-graph.ts';
export { fineTune } from './fine-tune/fine-tune.ts';
export { readImageHeader } from './images/read-image-header.ts';
export { describeArchitecture } from './methods/architecture.ts';
export type { Architecture, ArchitectureSpec } from './methods/architecture.ts';
export { levelProbabilities, nearestLevels } from './metrics/number-metrics.ts';
export { GIVEN_FROM } from './metrics/multi-label-metrics.ts';
export type { AnswerMatrix } from './tasks/answer-matrix.ts';
export { DEVIATION } from './tasks/family-graphs.ts';
export { createLinter } from './lint/create-linter.ts';
export type { Linter } from './lint/create-linter.ts';
export { ensembleViews, leviLoss, leviViews } from './model/levi-views.ts';
export type { LeviInputs, LeviParameters, LossInputs } from './model/levi-views.ts';
export { createPredictor } from './predictor/create-predictor.ts';
export type { Answers, Predictor, PredictorInputs, ViewAnswers } from './predictor/create-predictor.ts';
export { resolveColumns } from './records/columns.ts';
export type { FileSource } from './sources/file-source.ts';
export { readRecords } from './records/read-records.ts';
export { trainingFileError } from './records/training-file-error.ts';
export type { ReadOptions } from './records/read-records.ts';
export { assertLabelsKnown, summariseTrainingFile } from './records/summarise-training-file.ts';
export type { SummariseOptions, TrainingFileSummary } from './records/summarise-training-file.ts';
export type { NumberedRecord, TrainingRecord } from './records/training-record.ts';
