import type { AnswerMatrix } from '../tasks/answer-matrix.ts';

export interface Labelled {
  /** Each row summing to one. */
  readonly answers: AnswerMatrix;
  /** The true class of each row. */
  readonly classes: Int32Array;
  /** What each row counts. */
  readonly weights: Float32Array;
}

const COLDEST = 0.05;
const HOTTEST = 20;
// Standard deviation of the prior on log T around 0. A few dozen rows, all answered rightly, would otherwise say that certainty is free.
const PRIOR_DEVIATION = 0.25;
// Halves the range of log T until it is known to 0.1 %.
const HALVINGS = 13;
// Softmax in single precision still tells such probabilities from zero.
const SMALLEST_PROBABILITY = 1e-38;

/**
 * The temperature T under which `softmax(log p / T)` has the lowest cross-entropy (Guo et al. 2017), with a weak normal prior on
 * log T, within [0.05, 20]. Probabilities stand for their logits: the constant between them falls away.
 */
export function fitTemperature({ answers, classes, weights }: Labelled): number {
  const { rows, outputs } = answers;
  const logs = answers.data.map((p) => Math.log(Math.max(p, SMALLEST_PROBABILITY)));
  let low = Math.log(COLDEST);
  let high = Math.log(HOTTEST);
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    let slope = middle / PRIOR_DEVIATION ** 2;
    for (let row = 0; row < rows; row++) {
      const own = logs.subarray(row * outputs, (row + 1) * outputs);
      slope += (weights[row] ?? 1) * slopeOfRow(own, classes[row] ?? 0, Math.exp(-middle));
    }
    if (slope > 0) high = middle;
    else low = middle;
  }
  return Math.exp((low + high) / 2);
}

/** d cross-entropy / d log T of one row, at inverse temperature `inverse`. */
function slopeOfRow(logs: Float32Array, target: number, inverse: number): number {
  let largest = -Infinity;
  for (const value of logs) if (value > largest) largest = value;
  let total = 0;
  let expected = 0;
  for (const value of logs) {
    const weight = Math.exp((value - largest) * inverse);
    total += weight;
    expected += weight * value;
  }
  return inverse * ((logs[target] ?? 0) - expected / total);
}

/** p^(1/T), made to sum to one again: what the served graph does to its logits. */
export function atTemperature({ rows, outputs, data: from }: AnswerMatrix, temperature: number): AnswerMatrix {
  const data = new Float32Array(from.length);
  for (let row = 0; row < rows; row++) {
    const own = from.subarray(row * outputs, (row + 1) * outputs);
    const largest = own.reduce((most, p) => Math.max(most, p), 0);
    let total = 0;
    for (const [index, p] of own.entries()) {
      const scaled = Math.pow(p / largest, 1 / temperature);
      data[row * outputs + index] = scaled;
      total += scaled;
    }
    for (let index = row * outputs; index < (row + 1) * outputs; index++) data[index] = (data[index] ?? 0) / total;
  }
  return { rows, outputs, data };
}
