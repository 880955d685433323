import { ADAPT_FEATURES, ADAPT_SCALE } from '../methods/parts.ts';
import type { ArchitectureSpec } from '../methods/architecture.ts';
import { widenWeights } from '../model/rounded-weights.ts';
import type { Adapter, AdapterTensors } from './adapter.ts';

/** The architecture of the same adapter with its weights in floats, as every runtime computes. */
export const inFloats = (spec: ArchitectureSpec): ArchitectureSpec => ({ ...spec, isRounded: false });

/** An adapter's tensors with floats in the place of what is stored in bytes: the same numbers. */
export function floatTensors({ tensors }: Pick<Adapter, 'tensors'>): AdapterTensors {
  const { [ADAPT_FEATURES]: steps, [ADAPT_SCALE]: scales, ...others } = tensors;
  if (!(steps?.data instanceof Int8Array && scales?.data instanceof Float32Array)) return tensors;
  const rounded = { steps: { ...steps, data: steps.data }, scales: { ...scales, data: scales.data } };
  return { ...others, [ADAPT_FEATURES]: widenWeights(rounded) };
}
