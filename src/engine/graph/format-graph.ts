import { formatShape } from '../shape/dimension.ts';
import { liveValues } from './live-values.ts';
import type { Graph, Value } from './types.ts';

/** The graph as text, one value a line, for reading: `%4 = MatMul(x, w): float32 [B, 6]`. */
export function formatGraph(graph: Graph): string {
  const live = graph.outputs.size === 0 ? graph.values : liveValues(graph.outputs.values());
  const lines = live.map((value) => `${formatDefinition(value)}: ${value.dtype} ${formatShape(value.shape)}`);
  const outputs = [...graph.outputs].map(([name, value]) => `output ${name} = ${nameOf(value)}`);
  return [...lines, ...outputs].join('\n');
}

function formatDefinition(value: Value): string {
  const { origin } = value;
  switch (origin.kind) {
    case 'input':
    case 'parameter':
      return `${origin.kind} ${origin.name}`;
    case 'constant':
      return `${nameOf(value)} = constant`;
    case 'node': {
      const attributes = Object.entries(origin.node.attributes).map(([name, set]) => `${name}=${JSON.stringify(set)}`);
      const operands = [...origin.node.inputs.map(nameOf), ...attributes];
      return `%${value.id} = ${origin.node.op}(${operands.join(', ')})`;
    }
    default:
      return origin satisfies never;
  }
}

function nameOf({ id, origin }: Value): string {
  if (origin.kind === 'input' || origin.kind === 'parameter') return origin.name;
  if (origin.kind === 'node') return `%${id}`;
  const { dims, data } = origin.tensor;
  return dims.length === 0 ? String(data[0]) : `%${id}`;
}
