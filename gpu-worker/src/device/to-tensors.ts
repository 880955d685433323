import type { Tensor } from '../../../src/engine/index.ts';
import type { EncoderBatch, PaddedBatch } from './encoder-batch.ts';

/** The feeds of a prepared backbone: token ids and their mask in the type its graph wants, or pixels. */
export function toTensors(batch: EncoderBatch, idsDtype: 'int32' | 'int64' | null): Record<string, Tensor> {
  const readsPixels = idsDtype === null;
  if ('pixels' in batch !== readsPixels) {
    throw new Error(`internal: a backbone of ${readsPixels ? 'images' : 'texts'} was given the other`);
  }
  if (!('pixels' in batch)) return toTokenTensors(batch, idsDtype ?? 'int64');
  const { rows, height, width, pixels } = batch;
  return { pixel_values: { dtype: 'float32', dims: [rows, 3, height, width], data: pixels } };
}

/** `input_ids` and `attention_mask`, [rows, columns]. */
function toTokenTensors(
  { rows, columns, ids, lengths }: PaddedBatch,
  idsDtype: 'int32' | 'int64',
): Record<'input_ids' | 'attention_mask', Tensor> {
  const mask = new Int32Array(rows * columns);
  for (let row = 0; row < rows; row++) mask.fill(1, row * columns, row * columns + (lengths[row] ?? 0));
  const toTensor = (values: Int32Array): Tensor =>
    idsDtype === 'int32'
      ? { dtype: 'int32', dims: [rows, columns], data: values }
      : { dtype: 'int64', dims: [rows, columns], data: toInt64(values) };
  return { input_ids: toTensor(ids), attention_mask: toTensor(mask) };
}

// Writing the low words is 20 times faster than BigInt64Array.from; ids are never negative and every platform of Node is little-endian.
function toInt64(values: Int32Array): BigInt64Array {
  const wide = new BigInt64Array(values.length);
  const words = new Int32Array(wide.buffer);
  for (let index = 0; index < values.length; index++) words[index * 2] = values[index] ?? 0;
  return wide;
}
