import type { OnnxGraph } from '../onnx/types.ts';
import { indexGraph } from './graph-index.ts';

/** The graph with only what `outputs` need, sorted: layers above the highest tap and unused heads are dropped. */
export function pruneGraph(graph: OnnxGraph, outputs: readonly string[]): OnnxGraph {
  const index = indexGraph(graph);
  const needed = new Set(outputs);
  const kept = new Set(
    index.nodes.toReversed().flatMap((indexed) => {
      if (!indexed.makes.some((name) => needed.has(name))) return [];
      for (const name of indexed.reads) needed.add(name);
      return [indexed.node];
    }),
  );
  return {
    ...graph,
    nodes: [...kept].toReversed(),
    initializers: graph.initializers.filter(({ name }) => needed.has(name)),
    // Old exporters list initializers among the inputs as well.
    inputs: graph.inputs.filter(({ name }) => needed.has(name) && !index.initializers.has(name)),
    // The runtime infers shapes by itself; stored ones may name values that are gone.
    valueInfos: [],
  };
}
