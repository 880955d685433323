import { onnxDataType } from '../onnx/types.ts';
import type { OpRules } from './rule.ts';

export const generationRules = {
  Iota: {
    infer: (_inputs, { size }) => ({ dtype: 'int32', shape: [size] }),
    vjp: () => [],
    lower: ({ attributes: { size }, output, emitter }) => {
      // Range wants scalars; the emitter's sizes are vectors of one.
      const scalar = (vector: string): string =>
        emitter.emit({ opType: 'Squeeze', inputs: [vector, emitter.int64([0])] });
      const bounds = [emitter.int64([0]), emitter.shape([size]), emitter.int64([1])].map(scalar);
      const range = emitter.emit({ opType: 'Range', inputs: bounds });
      const to = { int: onnxDataType.int32 };
      emitter.emit({ opType: 'Cast', inputs: [range], attributes: { to }, output });
    },
  },
} satisfies Partial<OpRules>;
