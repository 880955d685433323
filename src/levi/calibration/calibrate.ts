import { takeAnswers } from '../tasks/answer-matrix.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import { rowLosses, weightedMean } from '../tasks/family-scores.ts';
import type { Family } from '../tasks/family.ts';
import { takeTargets } from '../tasks/targets.ts';
import type { Targets } from '../tasks/targets.ts';
import { atTemperature, fitTemperature } from './temperature.ts';

/** Answers with the truth, and what each row counts: its own weight times its class's. */
export interface Answered {
  readonly family: Family;
  readonly answers: AnswerMatrix;
  readonly targets: Targets;
  readonly weights: Float32Array;
}

interface Calibration {
  /** A temperature; for numbers the deviation of the errors. */
  readonly fit: (answered: Answered) => number;
  /** The answers with it; numbers stay as they are. */
  readonly apply: (answers: AnswerMatrix, value: number) => AnswerMatrix;
}

export const CALIBRATIONS = {
  softmax: {
    fit: ({ answers, targets, weights }) => fitTemperature({ answers, classes: classesOf(targets), weights }),
    apply: atTemperature,
  },
  // Each label is a choice of two: its presence and its absence.
  sigmoid: {
    fit: ({ answers, targets, weights }) => {
      const classes = Int32Array.from(targets.data, (present) => (present > 0 ? 0 : 1));
      const { outputs } = answers;
      const each = Float32Array.from(answers.data, (_, place) => (weights[Math.floor(place / outputs)] ?? 1) / outputs);
      return fitTemperature({ answers: asPairs(answers), classes, weights: each });
    },
    apply: (answers, temperature) => fromPairs(atTemperature(asPairs(answers), temperature), answers),
  },
  squared: {
    fit: ({ answers, targets, weights }) =>
      Math.sqrt(weightedMean(rowLosses('squared', answers, targets), weights)) || Number.MIN_VALUE,
    apply: (answers) => answers,
  },
} as const satisfies Record<Family, Calibration>;

/** The class of each one-hot row. */
export function classesOf({ rows, outputs, data }: Targets): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) =>
    Math.max(0, data.subarray(row * outputs, (row + 1) * outputs).indexOf(1)),
  );
}

function asPairs({ rows, outputs, data }: AnswerMatrix): AnswerMatrix {
  const pairs = new Float32Array(data.length * 2);
  for (const [index, p] of data.entries()) {
    pairs[2 * index] = p;
    pairs[2 * index + 1] = 1 - p;
  }
  return { rows: rows * outputs, outputs: 2, data: pairs };
}

function fromPairs(pairs: AnswerMatrix, { rows, outputs }: AnswerMatrix): AnswerMatrix {
  return {
    rows,
    outputs,
    data: Float32Array.from({ length: rows * outputs }, (_, place) => pairs.data[2 * place] ?? 0),
  };
}

/**
 * Each row's loss with calibrated answers, at a temperature that has not seen it: that of each half of every class is fitted on the
 * other half. What methods are compared by, so that none gains from a temperature fitted to the very rows that judge it.
 * Weighted, the weights' mean made 1, so that the mean is the weighted loss.
 */
export function calibratedLosses(answered: Answered): Float64Array {
  const { family, targets, weights } = answered;
  const { fit, apply } = CALIBRATIONS[family];
  const losses = new Float64Array(targets.rows);
  const halves = halvesOf(targets).map((rows) => ({ rows, part: takeAnswered(answered, rows) }));
  for (const [index, { rows, part }] of halves.entries()) {
    const calibrated = apply(part.answers, fit(halves[1 - index]?.part ?? part));
    const own = rowLosses(family, calibrated, part.targets);
    for (const [position, row] of rows.entries()) losses[row] = (weights[row] ?? 1) * (own[position] ?? 0);
  }
  const meanWeight = weightedMean(weights);
  return losses.map((loss) => loss / meanWeight);
}

function takeAnswered({ family, answers, targets, weights }: Answered, rows: readonly number[]): Answered {
  return {
    family,
    answers: takeAnswers(answers, rows),
    targets: takeTargets(targets, rows),
    weights: Float32Array.from(rows, (row) => weights[row] ?? 1),
  };
}

function halvesOf({ strata }: Targets): readonly (readonly number[])[] {
  const seen = new Map<number, number>();
  const halves: [number[], number[]] = [[], []];
  for (const [row, stratum] of strata.entries()) {
    const count = seen.get(stratum) ?? 0;
    seen.set(stratum, count + 1);
    // The stratum's number is in it, so that those of one row each do not all land on one side.
    halves[(count + stratum) % 2 === 0 ? 0 : 1].push(row);
  }
  return halves;
}
