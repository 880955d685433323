import type { EncoderGraph } from './encoder-graph.ts';
export async function prepareSafetensors(folder: string): Promise<EncoderGraph> {
  throw new Error(`internal: ${folder}`);
}
