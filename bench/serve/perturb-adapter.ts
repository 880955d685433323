import { float32Data, readSafetensors, tensor, writeSafetensors } from '../../src/engine/index.ts';
import type { Random } from '../../src/engine/index.ts';
import { readAdapter } from '../../src/levi/index.ts';
import { tensorNeeds } from '../../src/levi/adapter/adapter.ts';

/** Of each weight: enough to change every answer by far more than rounding, too little to change what is answered. */
const SHARE = 0.02;

/** Another adapter of the same shape: each weight of its graph times a random number near 1. Signs stay, so it stays a valid one. */
export function perturbAdapter(bytes: Uint8Array, random: Random): Uint8Array {
  const { weights, rounded } = tensorNeeds(readAdapter(bytes).architecture.spec);
  const { tensors, metadata } = readSafetensors(bytes);
  const changed = Object.entries(tensors).map(([name, value]) => {
    // What is rounded is perturbed by its scales.
    if (!(name in weights) || name === rounded) return [name, value] as const;
    // Drawn once per weight; a plain loop, as there are hundreds of thousands of them, thousands of times.
    const data = Float32Array.from(float32Data(value));
    for (let index = 0; index < data.length; index += 1) {
      data[index] = (data[index] ?? 0) * (1 + SHARE * (random.uniform() - 0.5));
    }
    return [name, tensor(data, value.dims)] as const;
  });
  return writeSafetensors(Object.fromEntries(changed), metadata);
}
