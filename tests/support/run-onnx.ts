import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { WeightChunk } from '../../src/engine/onnx/external-weights.ts';

export interface OnnxFixture {
  readonly model: Uint8Array;
  readonly external?: {
    readonly location: string;
    readonly chunks: readonly WeightChunk[];
    readonly sizeBytes: number;
  };
  readonly idsDtype: 'int32' | 'int64';
  readonly output: string;
}

/** One run of a text encoder in onnxruntime, rows padded with 0 to the longest. */
export async function runOnnx(
  { model, external, idsDtype, output }: OnnxFixture,
  rows: readonly (readonly number[])[],
): Promise<{ readonly dims: readonly number[]; readonly data: readonly number[] }> {
  // onnxruntime refuses an empty file.
  const externalData =
    external === undefined || external.sizeBytes === 0
      ? []
      : [{ path: external.location, data: assemble(external.chunks, external.sizeBytes) }];
  const session = await InferenceSession.create(model, { externalData, intraOpNumThreads: 1 });
  const longest = Math.max(...rows.map((row) => row.length));
  const padded = rows.map((row) => Array.from({ length: longest }, (_, at) => row[at] ?? 0));
  const mask = rows.map((row) => Array.from({ length: longest }, (_, at) => (at < row.length ? 1 : 0)));
  const feed = (values: readonly number[]): Tensor =>
    idsDtype === 'int32'
      ? new Tensor('int32', Int32Array.from(values), [rows.length, longest])
      : new Tensor('int64', BigInt64Array.from(values, BigInt), [rows.length, longest]);
  const fetched = await session.run({ input_ids: feed(padded.flat()), attention_mask: feed(mask.flat()) }, [output]);
  await session.release();
  const found = fetched[output];
  if (!(found?.data instanceof Float32Array)) throw new Error(`no float32 ${output}`);
  return { dims: found.dims, data: [...found.data] };
}

function assemble(chunks: readonly WeightChunk[], sizeBytes: number): Uint8Array {
  const file = new Uint8Array(sizeBytes);
  for (const { offset, bytes } of chunks) file.set(bytes, offset);
  return file;
}

export function largestDifference(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((largest, value, at) => Math.max(largest, Math.abs(value - (actual[at] ?? Number.NaN))), 0);
}
