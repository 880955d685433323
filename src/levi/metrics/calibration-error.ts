const BINS = 15;

/** Expected calibration error: what was said against what came, in 15 equal-width bins of what was said (Guo et al. 2017). */
export function calibrationError(said: ArrayLike<number>, came: (place: number) => number): number {
  const excess = new Float64Array(BINS);
  for (let place = 0; place < said.length; place++) {
    const p = said[place] ?? 0;
    const bin = Math.min(BINS - 1, Math.floor(p * BINS));
    excess[bin] = (excess[bin] ?? 0) + p - came(place);
  }
  return excess.reduce((total, value) => total + Math.abs(value), 0) / Math.max(1, said.length);
}
