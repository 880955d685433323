import { conv2d, globalAveragePool, normalArray, relu } from '../../engine/index.ts';
import type { Random, Value } from '../../engine/index.ts';
import type { ImageSet } from '../image-set.ts';

export const IMAGE_CHANNELS = 3;
/** Numbers of s that an image gives. */
export const IMAGE_OUTPUTS = 64;

const FILTER = 3;
/** A convolution each, with relu. Each halves the image by its stride: a third of the time of pooling after it. */
const BLOCKS = [16, 32, IMAGE_OUTPUTS] as const;

const filtersOf = (block: number): string => `image.conv${block + 1}.filters`;
const biasOf = (block: number): string => `image.conv${block + 1}.bias`;
const channelsBefore = (block: number): number => BLOCKS[block - 1] ?? IMAGE_CHANNELS;

export function imageWeightShapes(): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(
    BLOCKS.flatMap((channels, block) => [
      [filtersOf(block), [channels, channelsBefore(block), FILTER, FILTER]],
      [biasOf(block), [channels]],
    ]),
  );
}

/** Normal with the deviation that keeps the signal's size through relu (He et al., arXiv 1502.01852). */
export function initialImageWeights(random: Random): Readonly<Record<string, Float32Array>> {
  return Object.fromEntries(
    BLOCKS.flatMap((channels, block) => {
      const inputs = channelsBefore(block) * FILTER * FILTER;
      return [
        [filtersOf(block), normalArray(random, channels * inputs, Math.sqrt(2 / inputs))],
        [biasOf(block), new Float32Array(channels)],
      ];
    }),
  );
}

/** s of the images, `[B, 64]`, from `[B, 3, 32, 32]`. `weight` gives the graph's values by the names of `imageWeightShapes`. */
export function imageNetwork(images: Value, weight: (name: string) => Value): Value {
  let maps = images;
  for (const block of BLOCKS.keys()) {
    maps = relu(conv2d(maps, weight(filtersOf(block)), { stride: 2, padding: 1, bias: weight(biasOf(block)) }));
  }
  return globalAveragePool(maps);
}

// Of the mean and the spread of ordinary photographs; what matters is that inputs are around 0 and about 1 in size.
const MIDDLE = 118;
const SPREAD = 70;

/** The chosen images as the network reads them: `[chosen, 3, size, size]`. */
export function gatherImages({ size, data }: ImageSet, chosen: ArrayLike<number>): Float32Array {
  const length = IMAGE_CHANNELS * size * size;
  const gathered = new Float32Array(chosen.length * length);
  for (let index = 0; index < chosen.length; index++) {
    const from = (chosen[index] ?? 0) * length;
    for (let entry = 0; entry < length; entry++)
      gathered[index * length + entry] = ((data[from + entry] ?? 0) - MIDDLE) / SPREAD;
  }
  return gathered;
}
