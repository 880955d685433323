// Chebyshev fit of erfc with a fractional error below 1.2e-7 everywhere (Press et al., Numerical Recipes, section 6.2): float32's own.
const COEFFICIENTS = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
] as const;
const [C0, C1, C2, C3, C4, C5, C6, C7, C8, C9] = COEFFICIENTS;

export function erf(x: number): number {
  const t = 1 / (1 + 0.5 * Math.abs(x));
  const fit = C0 + t * (C1 + t * (C2 + t * (C3 + t * (C4 + t * (C5 + t * (C6 + t * (C7 + t * (C8 + t * C9))))))));
  const upper = t * Math.exp(-x * x + fit);
  return x >= 0 ? 1 - upper : upper - 1;
}
