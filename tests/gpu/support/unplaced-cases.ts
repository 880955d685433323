import { cast, equal, iota, mul, reshape } from '../../../src/engine/index.ts';
import type { Graph, Value } from '../../../src/engine/index.ts';

/** What onnxruntime has no WebGPU kernel for, and so places on the CPU: docs/engine.md names the ways around. */
export const unplacedCases: Readonly<Record<string, (graph: Graph) => Value>> = {
  'a symbolic size that is read': (graph) => reshape(graph.input('x', 'float32', ['B', 'S', 4]), ['S', 'B', 4]),
  'positions up to a symbolic size': (graph) => {
    const x = graph.input('x', 'float32', ['B', 'S']);
    return mul(x, cast(iota(graph, 'S'), 'float32'));
  },
  'int64 cast to float32': (graph) => cast(graph.input('x', 'int64', [4]), 'float32'),
  'int64 compared': (graph) => cast(equal(graph.input('x', 'int64', [4]), 1), 'float32'),
};
