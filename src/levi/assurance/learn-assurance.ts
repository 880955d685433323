import { deriveSeed } from '../derive-seed.ts';
import type { Run } from '../run/prepare-run.ts';
import { gatherOutcomes } from '../guarantees/outcomes.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import { gatherNeighbours } from '../typicality/neighbours.ts';
import { learnProjections } from '../typicality/projection.ts';
import { learnTypicality } from '../typicality/typicality.ts';
import type { Assurance } from '../adapter/assurance.ts';

/**
 * What the served adapter will say of its answers. All of it is counted on the validation rows: their distances from the training rows
 * alone, and the answers of the served method as it was before it learned from them.
 */
export function learnAssurance(
  { input, question, layers, rows, validation }: Pick<Run, 'input' | 'question' | 'layers' | 'rows' | 'validation'>,
  answers: AnswerMatrix,
): Assurance {
  const { train } = input;
  const { from: held, rows: heldRows } = rows.validation;
  const learned = { features: train.features, rows: rows.train, layers };
  const projections = learnProjections(learned);
  return {
    typicality: learnTypicality(projections, {
      train: learned,
      held: { features: held.features, rows: heldRows, layers },
    }),
    outcomes: gatherOutcomes(
      question.family,
      { answers, targets: validation.targets },
      deriveSeed(input.seed, 'outcomes'),
    ),
    neighbours: gatherNeighbours(projections, {
      ...learned,
      rows: held === train ? [...rows.train, ...heldRows] : rows.train,
      idOf: (row) => train.records[row]?.id ?? `line:${row + 1}`,
      seed: deriveSeed(input.seed, 'neighbours'),
    }),
  };
}
