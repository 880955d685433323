import { buildGraph, buildModel, buildNode, buildValueInfo } from '../../../src/engine/onnx/build.ts';
import { encodeModel } from '../../../src/engine/onnx/encode-model.ts';
import { onnxDataType } from '../../../src/engine/onnx/types.ts';

/** A model of one node, `y = a b`: creating its session shows whether a device is there, running it how fast it is. */
export function createProbeModel(): Uint8Array {
  const matrix = (name: string, shape: readonly string[]) => buildValueInfo(name, onnxDataType.float32, shape);
  return encodeModel(
    buildModel({
      graph: buildGraph({
        nodes: [buildNode({ opType: 'MatMul', inputs: ['a', 'b'], outputs: ['y'] })],
        inputs: [matrix('a', ['M', 'K']), matrix('b', ['K', 'N'])],
        outputs: [matrix('y', ['M', 'N'])],
      }),
    }),
  );
}
