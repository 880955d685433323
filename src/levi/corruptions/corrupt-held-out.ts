import { IMAGE_CORRUPTIONS } from '../../contract/levi.ts';
import type { Corruption, ImageCorruption } from '../../contract/levi.ts';
import { createRandom } from '../../engine/index.ts';
import type { Random } from '../../engine/index.ts';
import type { LeviConfig } from '../config.ts';
import { inferFieldTypes } from '../fields/learn-fields-schema.ts';
import { assignRows } from '../run/assign-rows.ts';
import type { HeldOut, RowsToAssign } from '../run/assign-rows.ts';
import { deriveSeed } from '../derive-seed.ts';
import { labelledFor, seedOfTarget } from '../fine-tune/of-target.ts';
import { takeRecords } from '../run/take-records.ts';
import type { TrainingRecord } from '../records/training-record.ts';
import { MAX_CORRUPTED_ROWS } from './max-corrupted-rows.ts';
import { RECORD_CORRUPTIONS } from './record-corruptions.ts';

/** Changes an encoded image; given by whoever has a decoder. */
export type CorruptImage = (image: Uint8Array, corruption: ImageCorruption, random: Random) => Promise<Uint8Array>;

interface Records {
  readonly records: readonly TrainingRecord[];
}

export interface CorruptHeldOutInput extends RowsToAssign<Records> {
  readonly config: LeviConfig;
  /** Of a job of several, each of which holds out rows of its own; one or none: the records' own label. */
  readonly targets?: readonly { readonly name: string }[] | undefined;
  readonly corruptImage: CorruptImage;
  readonly signal?: AbortSignal | undefined;
}

/** The same held-out rows for each corruption, in the same order. */
export interface CorruptedRows {
  readonly corruption: Corruption;
  readonly records: readonly TrainingRecord[];
  /** Their positions in the file that they were held out from. */
  readonly rows: readonly number[];
  /** Whether there was something in them for it to change. */
  readonly changed: readonly boolean[];
}

/**
 * What the run will hold out for its report, changed in each of the ways that `config.corruptions` names. Equal input and seed give equal
 * rows; each corruption and each row draws from a stream of its own. One corruption after the other, as changed images take much memory.
 */
export async function* corruptHeldOut(input: CorruptHeldOutInput): AsyncGenerator<CorruptedRows, void> {
  const { config, seed, train, corruptImage, signal } = input;
  const { corruptions } = config;
  if (corruptions.length === 0) return;
  const heldOut = heldOutRows(input);
  const rows = takeSome(heldOut.rows, createRandom(deriveSeed(seed, 'corrupted rows')));
  const records = takeRecords(heldOut.from, rows);
  const fields = train.records.map((record) => record.fields);
  const types = inferFieldTypes(fields, config.fieldTypes);
  for (const corruption of corruptions) {
    const after: TrainingRecord[] = [];
    for (const [index, record] of records.entries()) {
      signal?.throwIfAborted();
      const random = createRandom(deriveSeed(seed, `${corruption} ${index}`));
      after.push(
        isOfImages(corruption)
          ? await withImage(record, (image) => corruptImage(image, corruption, random))
          : RECORD_CORRUPTIONS[corruption](record, random, types),
      );
    }
    const changed = after.map((record, index) => record !== records[index]);
    yield { corruption, records: after, rows: [...rows], changed };
  }
}

/** What any of the targets holds out; all hold out from one file. */
function heldOutRows({ targets = [], ...input }: CorruptHeldOutInput): HeldOut<Records> {
  if (targets.length < 2) return assignRows(input).test;
  const relabelled = ({ records }: Records, target: string): Records => ({ records: labelledFor(target, records) });
  const { train, validation, config, seed } = input;
  const rows = targets.flatMap(({ name }) => [
    ...assignRows({
      train: relabelled(train, name),
      validation: validation && relabelled(validation, name),
      config,
      seed: seedOfTarget(seed, name),
    }).test.rows,
  ]);
  const { from } = assignRows<Records>(input).test;
  return { from, rows: Int32Array.from(new Set(rows)).sort() };
}

function takeSome(rows: Int32Array, random: Random): Int32Array {
  const drawn = random.permutation(rows.length).subarray(0, MAX_CORRUPTED_ROWS).sort();
  return drawn.map((position) => rows[position] ?? 0);
}

async function withImage(
  record: TrainingRecord,
  corrupt: (image: Uint8Array) => Promise<Uint8Array>,
): Promise<TrainingRecord> {
  return record.image === undefined ? record : { ...record, image: await corrupt(record.image) };
}

const isOfImages = (corruption: Corruption): corruption is ImageCorruption =>
  IMAGE_CORRUPTIONS.some((each) => each === corruption);
