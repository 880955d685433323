import { mean } from '../metrics/classification-metrics.ts';
import type { Probabilities } from '../metrics/classification-metrics.ts';

export interface Labelled {
  readonly probabilities: Probabilities;
  readonly targets: Int32Array;
  /** Per class, as in the training loss. */
  readonly classWeights: Float32Array;
}

const COLDEST = 0.05;
const HOTTEST = 20;
// Standard deviation of the prior on log T around 0. A few dozen rows, all answered rightly, would otherwise say that certainty is free.
const PRIOR_DEVIATION = 0.25;
// Halves the range of log T until it is known to 0.1 %.
const HALVINGS = 13;
// Softmax in single precision still tells such probabilities from zero.
const SMALLEST_PROBABILITY = 1e-38;
// As in the other losses: a certain and wrong answer costs 27.6 nats instead of infinity.
const SMALLEST_ANSWER = 1e-12;

/**
 * The temperature T under which `softmax(log p / T)` has the lowest cross-entropy (Guo et al. 2017), with a weak normal prior on
 * log T, within [0.05, 20]. Probabilities stand for their logits: the constant between them falls away.
 */
export function fitTemperature({ probabilities, targets, classWeights }: Labelled): number {
  const { rows, classes } = probabilities;
  const logs = probabilities.data.map((p) => Math.log(Math.max(p, SMALLEST_PROBABILITY)));
  let low = Math.log(COLDEST);
  let high = Math.log(HOTTEST);
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    let slope = middle / PRIOR_DEVIATION ** 2;
    for (let row = 0; row < rows; row++) {
      const target = targets[row] ?? 0;
      const own = logs.subarray(row * classes, (row + 1) * classes);
      slope += (classWeights[target] ?? 1) * slopeOfRow(own, target, Math.exp(-middle));
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
export function atTemperature(probabilities: Probabilities, temperature: number): Probabilities {
  const { rows, classes } = probabilities;
  const data = new Float32Array(probabilities.data.length);
  for (let row = 0; row < rows; row++) {
    const from = probabilities.data.subarray(row * classes, (row + 1) * classes);
    const largest = from.reduce((most, p) => Math.max(most, p), 0);
    let total = 0;
    for (const [index, p] of from.entries()) {
      const scaled = Math.pow(p / largest, 1 / temperature);
      data[row * classes + index] = scaled;
      total += scaled;
    }
    for (let index = row * classes; index < (row + 1) * classes; index++) data[index] = (data[index] ?? 0) / total;
  }
  return { rows, classes, data };
}

/**
 * Each row's cross-entropy of calibrated answers, at a temperature that has not seen it: that of each half of every class is
 * fitted on the other half. What methods are compared by, so that none gains from a temperature fitted to the very rows that judge it.
 * Weighted by class; the weights' mean is 1, so the mean is the weighted loss.
 */
export function calibratedLosses({ probabilities, targets, classWeights }: Labelled): Float64Array {
  const { classes } = probabilities;
  const losses = new Float64Array(targets.length);
  const halves = halvesOf(targets, classes).map((rows) => ({
    rows,
    part: { probabilities: takeRows(probabilities, rows), targets: targetsOf(targets, rows), classWeights },
  }));
  for (const [index, { rows, part }] of halves.entries()) {
    const temperature = fitTemperature(halves[1 - index]?.part ?? part);
    const calibrated = atTemperature(part.probabilities, temperature);
    for (const [position, row] of rows.entries()) {
      const target = targets[row] ?? 0;
      const p = calibrated.data[position * classes + target] ?? 0;
      losses[row] = -(classWeights[target] ?? 1) * Math.log(Math.max(p, SMALLEST_ANSWER));
    }
  }
  const meanWeight = mean(Float64Array.from(targets, (target) => classWeights[target] ?? 1));
  return losses.map((loss) => loss / meanWeight);
}

function halvesOf(targets: Int32Array, classes: number): readonly (readonly number[])[] {
  const seen = new Int32Array(classes);
  const halves: [number[], number[]] = [[], []];
  for (const [row, target] of targets.entries()) {
    const count = seen[target] ?? 0;
    seen[target] = count + 1;
    // The class's number is in it, so that classes of one row each do not all land on one side.
    halves[(count + target) % 2 === 0 ? 0 : 1].push(row);
  }
  return halves;
}

function takeRows({ classes, data }: Probabilities, rows: readonly number[]): Probabilities {
  const chosen = new Float32Array(rows.length * classes);
  for (const [index, row] of rows.entries()) {
    chosen.set(data.subarray(row * classes, (row + 1) * classes), index * classes);
  }
  return { rows: rows.length, classes, data: chosen };
}

function targetsOf(targets: Int32Array, rows: readonly number[]): Int32Array {
  return Int32Array.from(rows, (row) => targets[row] ?? 0);
}
