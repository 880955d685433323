import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { LeviOptions } from '../../../src/contract/index.ts';
import { loadSplits } from '../../../gpu-worker/src/jobs/load-splits.ts';
import { createTarGz } from '../../support/archives.ts';
import { drawPng } from '../../support/images.ts';
import { createZip } from '../../support/zip-file.ts';
import { leasedJob } from './support/fake-gateway.ts';

const signal = new AbortController().signal;

/** A gateway that has these files, and a lease that names them. */
function serve(
  files: Readonly<Record<'training' | 'validation' | 'shift', Uint8Array<ArrayBuffer>>>,
  levi: LeviOptions = {},
) {
  const leased = (id: keyof typeof files) => ({
    id,
    bytes: files[id].length,
    sha256: createHash('sha256').update(files[id]).digest('hex'),
  });
  const lease = leasedJob({
    levi,
    training_file: leased('training'),
    validation_file: leased('validation'),
    shift_files: [{ ...leased('shift'), name: 'shift' }],
  });
  const downloadFile = (_: unknown, id: string): Promise<ReadableStream<Uint8Array>> =>
    Promise.resolve(new Blob([files[id as keyof typeof files]]).stream());
  return { client: { downloadFile }, lease };
}

test('reads Parquet, folders of images and packed text from disk, and one archive for all its splits', async () => {
  const picture = drawPng();
  const archive = createZip({ 'train/a/1.png': picture, 'test/b/2.png': picture });
  const { client, lease } = serve({
    training: archive,
    validation: await createTarGz({ 'a/1.png': picture }),
    shift: archive,
  });
  const { train, validation, shifts } = await loadSplits(client, lease, { maxTokens: 256, signal });
  expect(
    [train, validation, ...shifts].map((split) => split?.records.map(({ label, image }) => [label, image])),
  ).toEqual([[['a', picture]], [['a', picture]], [['b', picture]]]);

  const parquet = (name: string) =>
    new Uint8Array(readFileSync(new URL(`../../fixtures/parquet/${name}.parquet`, import.meta.url)));
  const tables = serve({ training: parquet('polars'), validation: parquet('duckdb-v2'), shift: parquet('pandas') });
  const read = await loadSplits(tables.client, tables.lease, { maxTokens: 256, signal });
  expect([read.train, read.validation, ...read.shifts].map((split) => split?.records.length)).toEqual([40, 40, 40]);
  expect(read.validation?.records).toEqual(read.train.records);
});

test('tells the types of fields from all rows of the training file, and from no other', async () => {
  const table = (value: (row: number) => unknown): Uint8Array<ArrayBuffer> =>
    new TextEncoder().encode(
      `text,label,plan,age,who_id\n${Array.from({ length: 12 }, (_, row) => `t${row},l${row % 2},p${row % 3},${String(value(row))},u${row}`).join('\n')}\n`,
    );
  const files = { training: table((row) => row * 1.5), validation: table(() => 'old'), shift: table(() => '') };
  const { client, lease } = serve(files, { columns: { fields: 'auto' } });
  const { fieldTypes } = await loadSplits(client, lease, { maxTokens: 256, signal });
  expect(fieldTypes).toEqual({ plan: 'categorical', age: 'number', who_id: 'id' });
  const declared = serve(files, { columns: { fields: { plan: 'auto', age: 'categorical' } } });
  expect((await loadSplits(declared.client, declared.lease, { maxTokens: 256, signal })).fieldTypes).toEqual({
    plan: 'categorical',
    age: 'categorical',
  });
});
