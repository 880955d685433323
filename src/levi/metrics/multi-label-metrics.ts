import { calibrationError } from './calibration-error.ts';
import { measureRows } from '../tasks/family-scores.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import type { Targets } from '../tasks/targets.ts';

/** A label is given where it is more likely than not. */
export const GIVEN_FROM = 0.5;

const f1Of = (hits: number, total: number): number => (total === 0 ? 1 : (2 * hits) / total);

/** Each row's F1 of its labels; 1 where none was asked and none given. */
export function exampleF1(answers: AnswerMatrix, targets: Targets): Float64Array {
  return measureRows(answers, targets, (answer, target) => {
    let hits = 0;
    let total = 0;
    for (let index = 0; index < answer.length; index++) {
      const isGiven = (answer[index] ?? 0) >= GIVEN_FROM;
      const isAsked = (target[index] ?? 0) > 0;
      total += Number(isGiven) + Number(isAsked);
      hits += Number(isGiven && isAsked);
    }
    return f1Of(hits, total);
  });
}

/** 1 where exactly the right labels are given. */
export function exactMatches(answers: AnswerMatrix, targets: Targets): Float64Array {
  return measureRows(answers, targets, (answer, target) =>
    Number(answer.every((p, index) => p >= GIVEN_FROM === (target[index] ?? 0) > 0)),
  );
}

/** What was asked, given, and both, per label. */
export interface LabelCounts {
  readonly asked: number;
  readonly given: number;
  readonly hits: number;
}

export function countLabels({ rows, outputs, data }: AnswerMatrix, targets: Targets): readonly LabelCounts[] {
  return Array.from({ length: outputs }, (_, label) => {
    const counts = { asked: 0, given: 0, hits: 0 };
    for (let row = 0; row < rows; row++) {
      const isGiven = (data[row * outputs + label] ?? 0) >= GIVEN_FROM;
      const isAsked = (targets.data[row * outputs + label] ?? 0) > 0;
      counts.asked += Number(isAsked);
      counts.given += Number(isGiven);
      counts.hits += Number(isGiven && isAsked);
    }
    return counts;
  });
}

/** F1 over all pairs of row and label. */
export function microF1(counts: readonly LabelCounts[]): number {
  const sum = (of: (count: LabelCounts) => number): number => counts.reduce((total, each) => total + of(each), 0);
  return f1Of(
    sum(({ hits }) => hits),
    sum(({ asked, given }) => asked + given),
  );
}

/** Mean F1 over the labels that occur, asked or given. */
export function macroF1OfLabels(counts: readonly LabelCounts[]): number {
  const occurring = counts.filter(({ asked, given }) => asked + given > 0);
  const total = occurring.reduce((sum, { hits, asked, given }) => sum + f1Of(hits, asked + given), 0);
  return occurring.length === 0 ? 0 : total / occurring.length;
}

/** Of the labels' probabilities, over all pairs of row and label. */
export const labelCalibrationError = ({ data }: AnswerMatrix, targets: Targets): number =>
  calibrationError(data, (place) => targets.data[place] ?? 0);
