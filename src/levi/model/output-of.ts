import { float32Data } from '../../engine/index.ts';
import type { Tensor } from '../../engine/index.ts';

/** The numbers of a float32 output that the graph is known to have. */
export function outputOf(outputs: Readonly<Record<string, Tensor>>, name: string): Float32Array {
  const found = outputs[name];
  if (found === undefined) throw new Error(`internal: a graph without the output "${name}"`);
  return float32Data(found);
}
