/** Class probabilities, row-major `[rows, classes]`, each row summing to one. */
export interface Probabilities {
  readonly rows: number;
  readonly classes: number;
  readonly data: Float32Array;
}

// A certain and wrong answer costs 27.6 nats instead of infinity.
const SMALLEST_PROBABILITY = 1e-12;
const CALIBRATION_BINS = 15;

/** The most probable class of each row; the first of equals. */
export function predictedClasses({ rows, classes, data }: Probabilities): Int32Array {
  const predicted = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if ((data[row * classes + index] ?? 0) > (data[row * classes + best] ?? 0)) best = index;
    }
    predicted[row] = best;
  }
  return predicted;
}

/** 1 where the predicted class is the target, else 0. */
export function correctness(probabilities: Probabilities, targets: Int32Array): Uint8Array {
  return Uint8Array.from(predictedClasses(probabilities), (predicted, row) => (predicted === targets[row] ? 1 : 0));
}

export function mean(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index++) total += values[index] ?? 0;
  return values.length === 0 ? 0 : total / values.length;
}

/** Mean cross-entropy in nats; weighted by class where weights are given. */
export function crossEntropy(
  { rows, classes, data }: Probabilities,
  targets: Int32Array,
  classWeights?: Float32Array,
): number {
  let total = 0;
  let weights = 0;
  for (let row = 0; row < rows; row++) {
    const target = targets[row] ?? 0;
    const weight = classWeights?.[target] ?? 1;
    total -= weight * Math.log(Math.max(data[row * classes + target] ?? 0, SMALLEST_PROBABILITY));
    weights += weight;
  }
  return weights === 0 ? 0 : total / weights;
}

/** Expected calibration error: confidence against accuracy in 15 equal-width bins (Guo et al. 2017). */
export function expectedCalibrationError(probabilities: Probabilities, targets: Int32Array): number {
  const { rows, classes, data } = probabilities;
  const predicted = predictedClasses(probabilities);
  const excess = new Float64Array(CALIBRATION_BINS);
  for (let row = 0; row < rows; row++) {
    const answer = predicted[row] ?? 0;
    const confidence = data[row * classes + answer] ?? 0;
    const bin = Math.min(CALIBRATION_BINS - 1, Math.floor(confidence * CALIBRATION_BINS));
    excess[bin] = (excess[bin] ?? 0) + confidence - (answer === targets[row] ? 1 : 0);
  }
  return excess.reduce((total, value) => total + Math.abs(value), 0) / Math.max(1, rows);
}

/** `counts[true][predicted]`. */
export function confusionMatrix(probabilities: Probabilities, targets: Int32Array): number[][] {
  const { classes } = probabilities;
  const counts = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  for (const [row, predicted] of predictedClasses(probabilities).entries()) {
    const line = counts[targets[row] ?? 0];
    if (line !== undefined) line[predicted] = (line[predicted] ?? 0) + 1;
  }
  return counts;
}

/** Mean F1 over the classes that occur, as target or as answer. */
export function macroF1(probabilities: Probabilities, targets: Int32Array): number {
  const { classes } = probabilities;
  const hits = new Int32Array(classes);
  const asked = new Int32Array(classes);
  const answered = new Int32Array(classes);
  for (const [row, predicted] of predictedClasses(probabilities).entries()) {
    const target = targets[row] ?? 0;
    asked[target] = (asked[target] ?? 0) + 1;
    answered[predicted] = (answered[predicted] ?? 0) + 1;
    if (predicted === target) hits[target] = (hits[target] ?? 0) + 1;
  }
  const scores: number[] = [];
  for (let index = 0; index < classes; index++) {
    const total = (asked[index] ?? 0) + (answered[index] ?? 0);
    if (total > 0) scores.push((2 * (hits[index] ?? 0)) / total);
  }
  return mean(scores);
}
