import type { EncodedFields } from '../fields/fields-encoder.ts';
import { takeImages } from '../image-set.ts';
import type { EncodedTexts } from './ngram-vocabulary.ts';
import type { TaskInputs } from './task-inputs.ts';

/** The given rows, in the given order. */
export function takeTaskInputs({ texts, fields, images, ...sizes }: TaskInputs, order: Int32Array): TaskInputs {
  return {
    ...sizes,
    texts: takeTexts(texts, order),
    fields: fields && takeFields(fields, order),
    images: images && takeImages(images, order),
  };
}

function takeTexts(texts: EncodedTexts, order: Int32Array): EncodedTexts {
  const rows: number[] = [];
  const offsets = [0];
  for (const row of order) {
    for (const ngram of texts.rows.subarray(texts.offsets[row], texts.offsets[row + 1])) rows.push(ngram);
    offsets.push(rows.length);
  }
  return {
    offsets: Int32Array.from(offsets),
    rows: Int32Array.from(rows),
    scales: Float32Array.from(order, (row) => texts.scales[row] ?? 0),
    coverage: Float32Array.from(order, (row) => texts.coverage[row] ?? 0),
  };
}

function takeFields({ ids, numbers, columns }: EncodedFields, order: Int32Array): EncodedFields {
  const chosen = new Float32Array(order.length * columns);
  for (const [index, row] of order.entries())
    chosen.set(numbers.subarray(row * columns, (row + 1) * columns), index * columns);
  return {
    rows: order.length,
    ids: ids.map((column) => order.map((row) => column[row] ?? 0)),
    numbers: chosen,
    columns,
  };
}

/** A task model that reads nothing. */
export function withoutTaskInputs(rows: number): TaskInputs {
  const texts = {
    offsets: new Int32Array(rows + 1),
    rows: new Int32Array(0),
    scales: new Float32Array(rows),
    coverage: new Float32Array(rows),
  };
  return { texts, ngrams: 0, fields: null, embeddings: [], images: null };
}
