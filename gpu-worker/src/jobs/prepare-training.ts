import { createHash } from 'node:crypto';
import type { LintFinding } from '../../../src/contract/lint.ts';
import type { LeasedJob } from '../../../src/contract/worker-protocol.ts';
import { MAX_CORRUPTED_ROWS, resolveColumns, resolveLeviConfig } from '../../../src/levi/index.ts';
import type { LeviConfig, TrainingRecord } from '../../../src/levi/index.ts';
import type { AnnouncedShift, AnnouncedSplit, DevicePort, TrainingInput } from '../device/device.ts';
import type { GatewayClient } from '../gateway-api/gateway-client.ts';
import { isTransient } from '../gateway-api/gateway-error.ts';
import { retry } from '../gateway-api/retry.ts';
import type { ResidentBackbone, ResidentBackbones } from '../resident/resident-backbones.ts';
import { corruptSplits } from './corrupt-splits.ts';
import type { CorruptedSplit } from './corrupt-splits.ts';
import { extractThumbnails } from './extract-thumbnails.ts';
import { extractSplit } from './extract-split.ts';
import type { ExtractedSplit } from './extracted-split.ts';
import { message, truncationEvent } from './job-events.ts';
import { progressIn } from './job-phases.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { loadSplits } from './load-splits.ts';
import type { Split, Splits } from './load-splits.ts';

export interface JobDependencies {
  readonly client: GatewayClient;
  readonly backbones: ResidentBackbones;
  readonly device: DevicePort;
}

export interface PreparedTraining {
  readonly input: TrainingInput;
  readonly halfs: ReadonlyMap<string, Uint16Array>;
  readonly thumbnails: ReadonlyMap<string, Uint8Array>;
  /** Of the training file, as the backbone read them. */
  readonly trainedTokens: number;
  readonly lint: readonly LintFinding[];
}

/** From a lease to what the device trains on: files, records, features, and the checkpoint of an earlier attempt. */
export async function prepareTraining(
  { client, backbones, device }: JobDependencies,
  lease: LeasedJob,
  keeper: LeaseKeeper,
): Promise<PreparedTraining> {
  const { signal } = keeper;
  keeper.progress(progressIn('preparing', 0));
  const backbone = await backbones.ensure(lease.backbone);
  signal.throwIfAborted();
  const maxTokens = backbone.modality === 'text' ? backbone.maxTokens : Infinity;
  const maxLength = Math.min(lease.levi.max_length ?? maxTokens, maxTokens);
  const splits = await loadSplits(client, lease, { maxTokens: maxLength, signal });
  const config = {
    ...resolveLeviConfig({ levi: lease.levi, hyperparameters: lease.hyperparameters }),
    fieldTypes: splits.fieldTypes,
  };
  const targets = resolveColumns(lease.levi).labels.map(({ name, task }) => ({ name, task }));
  const extraction = { backbone, splits, lease, keeper, maxLength, corrupting: expectedRows(splits.train, config) };
  const extracted = await extractAll(extraction);
  const corrupted = await extractCorrupted(extraction, corruptSplits(splits, lease, { config, targets, signal }));
  const { threads } = await device.info;
  return {
    trainedTokens: extracted.trainedTokens,
    lint: splits.lint,
    halfs: new Map([...extracted.halfs, ...corrupted.halfs]),
    thumbnails: new Map([...extracted.thumbnails, ...corrupted.thumbnails]),
    input: {
      taps: backbone.graph.taps,
      width: backbone.graph.width,
      train: announce(splits.train, splits.train.name),
      validation: splits.validation && announce(splits.validation, splits.validation.name),
      shifts: [
        ...splits.shifts.map((shift, index) => ({
          ...announce(shift, shift.name),
          title: lease.shift_files[index]?.name ?? shift.name,
        })),
        ...corrupted.shifts,
      ],
      targets,
      config,
      seed: lease.seed,
      checkpoint: lease.has_checkpoint ? await downloadCheckpoint(client, lease, signal) : null,
      truncatedTexts: extracted.truncatedTexts,
      provenance: {
        backbone: lease.backbone,
        backboneFingerprint: backbone.graph.fingerprint,
        trainingFileSha256: lease.training_file.sha256,
        validationFileSha256: lease.validation_file?.sha256,
        columns: lease.levi.columns,
        threads,
        ...(backbone.modality === 'text' ? { maxLength } : {}),
      },
    },
  };
}

const announce = ({ records }: { records: AnnouncedSplit['records'] }, name: string): AnnouncedSplit => ({
  name,
  records: records.map(withoutPixels),
});

/** Training asks of an image only which rows have the same one: its digest says that, and the file need not travel. */
function withoutPixels(record: TrainingRecord): TrainingRecord {
  return record.image === undefined
    ? record
    : { ...record, image: new Uint8Array(createHash('sha256').update(record.image).digest()) };
}

interface Extraction {
  readonly backbone: ResidentBackbone;
  readonly splits: Splits;
  readonly lease: LeasedJob;
  readonly keeper: LeaseKeeper;
  readonly maxLength: number;
  /** Rows that corruptions will add, for the progress. */
  readonly corrupting: number;
}

async function extractAll(extraction: Extraction) {
  const { backbone, splits, keeper, maxLength, corrupting } = extraction;
  const all = splitsOf(splits);
  const total = countRows(all);
  const halfs = new Map<string, Uint16Array>();
  const thumbnails = new Map<string, Uint8Array>();
  let doneRows = 0;
  let truncatedTexts = 0;
  let trainedTokens = 0;
  let cachedInputs = 0;
  for (const split of all) {
    const extracted = await extractOne(extraction, split, doneRows / (total + corrupting));
    doneRows += split.records.length;
    truncatedTexts += extracted.truncatedTexts;
    cachedInputs += extracted.cachedInputs;
    if (split === splits.train) trainedTokens = extracted.tokens;
    halfs.set(split.name, extracted.halfs);
    if (extracted.thumbnails) thumbnails.set(split.name, extracted.thumbnails);
  }
  const warning = truncationEvent(truncatedTexts, total, maxLength);
  if (warning) keeper.event(warning);
  keeper.event(
    message('info', `Features of ${total} ${backbone.modality}s are ready, ${cachedInputs} of them from the cache`),
  );
  return { halfs, thumbnails, truncatedTexts, trainedTokens };
}

/** One corruption after the other: what a changed image holds is let go once it was read. */
async function extractCorrupted(extraction: Extraction, corrupting: AsyncIterable<CorruptedSplit>) {
  const halfs = new Map<string, Uint16Array>();
  const thumbnails = new Map<string, Uint8Array>();
  const shifts: AnnouncedShift[] = [];
  const own = countRows(splitsOf(extraction.splits));
  let doneRows = own;
  for await (const { corruption, rows, changed, ...split } of corrupting) {
    const extracted = await extractOne(extraction, split, doneRows / (own + extraction.corrupting));
    doneRows += rows.length;
    halfs.set(split.name, extracted.halfs);
    if (extracted.thumbnails) thumbnails.set(split.name, extracted.thumbnails);
    shifts.push({ ...announce(split, split.name), title: corruption, corrupted: { rows, changed } });
  }
  return { halfs, thumbnails, shifts };
}

/** @param from the share of all rows that were read before */
async function extractOne(
  { backbone, splits, lease, keeper, maxLength, corrupting }: Extraction,
  split: Split,
  from: number,
): Promise<ExtractedSplit> {
  const total = countRows(splitsOf(splits)) + corrupting;
  const { signal } = keeper;
  const extracted = await extractSplit(backbone, split, {
    cacheSalt: lease.cache_salt,
    maxLength,
    signal,
    onProgress: (rows) => keeper.progress(progressIn('extracting_features', Math.min(1, from + rows / total))),
  });
  if (extracted.thumbnails || !hasImages(splits)) return extracted;
  return { ...extracted, thumbnails: await extractThumbnails(split, signal) };
}

/** Beside texts images are for the task model alone, which reads those of every row or none. */
const hasImages = (splits: Splits): boolean =>
  splitsOf(splits).every(({ records }) => records.every(({ image }) => image !== undefined));

const splitsOf = ({ train, validation, shifts }: Splits): readonly Split[] => [
  train,
  ...(validation ? [validation] : []),
  ...shifts,
];

const countRows = (splits: readonly Split[]): number => splits.reduce((sum, { records }) => sum + records.length, 0);

const expectedRows = ({ records }: Split, { corruptions, heldOutFraction }: LeviConfig): number =>
  corruptions.length * Math.min(MAX_CORRUPTED_ROWS, Math.ceil(records.length * heldOutFraction));

function downloadCheckpoint(client: GatewayClient, lease: LeasedJob, signal: AbortSignal): Promise<Uint8Array> {
  const held = { jobId: lease.job_id, token: lease.lease_token };
  return retry(() => client.downloadCheckpoint(held, signal), { signal, shouldRetry: isTransient });
}
