import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { PreparedBackbone } from '../../gpu-worker/src/backbones/prepared-backbone.ts';

export interface OpenBackbone extends AsyncDisposable {
  /** Features `[B, taps, width]` of rows of token ids, padded with 0 to the longest. */
  features(
    rows: readonly (readonly number[])[],
  ): Promise<{ readonly dims: readonly number[]; readonly data: Float32Array }>;
}

/** A prepared backbone in onnxruntime on the CPU. */
export async function openBackbone(prepared: PreparedBackbone): Promise<OpenBackbone> {
  if (prepared.modality !== 'text') throw new Error(`${prepared.id} reads no texts`);
  const { idsDtype } = prepared;
  const session = await InferenceSession.create(prepared.graphPath, { intraOpNumThreads: 1 });
  const idsTensor = (values: readonly number[], dims: readonly number[]): Tensor =>
    idsDtype === 'int32'
      ? new Tensor('int32', Int32Array.from(values), dims)
      : new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
  return {
    async features(rows) {
      const longest = Math.max(...rows.map((row) => row.length));
      const pad = (row: readonly number[], value: (at: number) => number): number[] =>
        Array.from({ length: longest }, (_, at) => (at < row.length ? value(at) : 0));
      const dims = [rows.length, longest];
      const { features } = await session.run({
        input_ids: idsTensor(
          rows.flatMap((row) => pad(row, (at) => row[at] ?? 0)),
          dims,
        ),
        attention_mask: idsTensor(
          rows.flatMap((row) => pad(row, () => 1)),
          dims,
        ),
      });
      if (features === undefined || !(features.data instanceof Float32Array)) throw new Error('no float32 features');
      return { dims: features.dims, data: features.data };
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}
