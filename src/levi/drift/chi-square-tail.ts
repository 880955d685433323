/** The probability that a chi-square variable of so many degrees of freedom exceeds `value`: the regularised upper incomplete gamma function. */
export function chiSquareTail(value: number, degrees: number): number {
  if (!(value > 0)) return 1;
  const shape = degrees / 2;
  const x = value / 2;
  const scale = Math.exp(shape * Math.log(x) - x - logGamma(shape));
  return x < shape + 1 ? 1 - scale * lowerSeries(shape, x) : scale * upperFraction(shape, x);
}

const SMALLEST_STEP = 1e-14;
const MOST_STEPS = 10_000;

// Abramowitz and Stegun 6.5.29.
function lowerSeries(shape: number, x: number): number {
  let term = 1 / shape;
  let sum = term;
  for (let step = 1; step < MOST_STEPS && term > sum * SMALLEST_STEP; step++) {
    term *= x / (shape + step);
    sum += term;
  }
  return sum;
}

// Abramowitz and Stegun 6.5.31, by Lentz's method.
function upperFraction(shape: number, x: number): number {
  let b = x + 1 - shape;
  let c = Infinity;
  let d = 1 / b;
  let fraction = d;
  for (let step = 1; step < MOST_STEPS; step++) {
    const a = step * (shape - step);
    b += 2;
    d = 1 / (b + a * d);
    c = b + a / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < SMALLEST_STEP) break;
  }
  return fraction;
}

// Lanczos' approximation with g = 7, 9 terms, as in Numerical Recipes: 15 digits.
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

function logGamma(x: number): number {
  // Shapes here are halves of whole numbers from 1 on; below that the series loses digits.
  if (x < 1) return logGamma(x + 1) - Math.log(x);
  const z = x - 1;
  const sum = LANCZOS.reduce((total, term, index) => total + (index === 0 ? term : term / (z + index)));
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}
