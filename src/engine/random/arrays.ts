import type { Choice, Random } from './random.ts';

/** Independent normal numbers. */
export function normalArray(random: Random, length: number, deviation: number): Float32Array {
  return fill(length, () => random.normal() * deviation);
}

/** Independent numbers between -bound and bound; 1/sqrt(inputs) is PyTorch's bound for a linear layer. */
export function uniformArray(random: Random, length: number, bound: number): Float32Array {
  return fill(length, () => (2 * random.uniform() - 1) * bound);
}

/**
 * A mask to multiply with: 0 with the probability `rate`, else 1 / (1 - rate), which keeps the mean. Made outside of the
 * graph, since ONNX's random operators keep a state that can neither be stored nor moved to another device.
 */
export function dropoutMask(random: Random, length: number, rate: number): Float32Array {
  const kept = rate < 1 ? 1 / (1 - rate) : 0;
  return fillChoice(random, length, { probability: rate, chosen: 0, other: kept });
}

/** 1 with the given probability, else 0. */
export function bernoulliArray(random: Random, length: number, probability: number): Float32Array {
  return fillChoice(random, length, { probability, chosen: 1, other: 0 });
}

function fillChoice(random: Random, length: number, choice: Choice): Float32Array {
  const array = new Float32Array(length);
  random.choose(array, choice);
  return array;
}

// A loop, as Float32Array.from takes four times as long.
function fill(length: number, draw: () => number): Float32Array {
  const array = new Float32Array(length);
  for (let index = 0; index < length; index += 1) array[index] = draw();
  return array;
}
