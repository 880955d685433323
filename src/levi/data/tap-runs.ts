import type { FeatureMatrix, TapRun } from '../feature-matrix.ts';

// Narrower runs save nothing: each is a product of its own.
const SMALLEST_WIDTH = 32;

/**
 * Taps by width, rounded up to powers of two so that runs are few. A backbone whose layers differ in width pads them with zeros; products with
 * these are work for nothing. Layers of one width are one run.
 */
export function tapRuns(features: FeatureMatrix): readonly TapRun[] {
  const runs: TapRun[] = [];
  for (const [tap, used] of usedWidths(features).entries()) {
    const width = Math.min(features.width, Math.max(SMALLEST_WIDTH, 2 ** Math.ceil(Math.log2(used))));
    const last = runs.at(-1);
    if (last?.width === width) runs[runs.length - 1] = { ...last, to: tap + 1 };
    else runs.push({ from: tap, to: tap + 1, width });
  }
  return runs;
}

/** Of each tap, what comes before the features that are zero in every row. */
function usedWidths({ rows, taps, width, data }: FeatureMatrix): readonly number[] {
  return Array.from({ length: taps }, (_, tap) => {
    let used = 1;
    for (let row = 0; row < rows && used < width; row++) {
      const from = (row * taps + tap) * width;
      for (let j = width - 1; j >= used; j--) {
        if (data[from + j] === 0) continue;
        used = j + 1;
        break;
      }
    }
    return used;
  });
}
