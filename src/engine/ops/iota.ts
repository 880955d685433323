import type { Graph, Value } from '../graph/types.ts';
import type { Dimension } from '../shape/dimension.ts';

/** 0, 1, 2, ... as int32 `[size]`; a symbolic size is read from an input when the graph runs: positions of tokens. */
export function iota(graph: Graph, size: Dimension): Value {
  return graph.apply('Iota', [], { size });
}
