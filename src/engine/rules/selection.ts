import { GraphError } from '../graph-error.ts';
import type { Value, ValueType } from '../graph/types.ts';
import { where } from '../ops/elementwise.ts';
import { onnxDataType } from '../onnx/types.ts';
import { broadcastShapes } from '../shape/broadcast.ts';
import { unbroadcast } from './unbroadcast.ts';
import { inferBroadcast } from './elementwise-binary.ts';
import { lowerTo } from './rule.ts';
import type { OpRules } from './rule.ts';

function inferComparison(inputs: readonly [Value, Value]): ValueType {
  return { dtype: 'bool', shape: inferBroadcast(inputs).shape };
}

function inferWhere([condition, then, otherwise]: readonly [Value, Value, Value]): ValueType {
  if (condition.dtype !== 'bool') throw new GraphError(`the condition is ${condition.dtype}, not bool`);
  const { dtype, shape } = inferBroadcast([then, otherwise]);
  return { dtype, shape: broadcastShapes(condition.shape, shape) };
}

export const selectionRules = {
  Equal: { infer: inferComparison, vjp: () => [null, null], lower: lowerTo('Equal') },
  Greater: { infer: inferComparison, vjp: () => [null, null], lower: lowerTo('Greater') },
  Where: {
    infer: inferWhere,
    vjp: ({ inputs: [condition, then, otherwise], cotangent }) => [
      null,
      () => unbroadcast(where(condition, cotangent, 0), then.shape),
      () => unbroadcast(where(condition, 0, cotangent), otherwise.shape),
    ],
    lower: lowerTo('Where'),
  },
  Cast: {
    infer: ([x], { to }) => ({ dtype: to, shape: x.shape }),
    // float32 is the only type with gradients, and a cast always changes the type.
    vjp: () => [null],
    lower: ({ inputs, attributes, output, emitter }) => {
      const to = { int: onnxDataType[attributes.to] };
      emitter.emit({ opType: 'Cast', inputs, output, attributes: { to } });
    },
  },
} satisfies Partial<OpRules>;
