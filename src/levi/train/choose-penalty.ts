import { minimise } from '../solver/minimise.ts';
import type { CurvaturePair, MinimiseOptions, Objective } from '../solver/minimise.ts';
import type { Pause } from './create-pause.ts';

export interface PenalisedProblem {
  /** Loss and gradient without the penalty. */
  readonly objective: Objective;
  readonly size: number;
  /** Entries from here on (the intercepts) are not penalised. */
  readonly penalised: number;
  /** Rough diagonal of the loss's Hessian, where its entries differ by orders of magnitude. */
  readonly curvature?: Float64Array;
  /** Called before every evaluation. */
  readonly pause: Pause;
}

export interface PenaltyPath extends PenalisedProblem {
  /** L2 strengths, strongest first. */
  readonly grid: readonly number[];
  readonly validate: (point: Float64Array) => Promise<{ readonly loss: number }>;
}

export interface PenaltyChoice {
  readonly point: Float64Array;
  readonly penalty: number;
  readonly validLoss: number;
}

// Shares of the largest gradient at zero. Looser solutions along the path let the choice of the strength go wrong.
const PATH_TOLERANCE = 4e-3;
const FINAL_TOLERANCE = 1e-4;
// The validation loss along the path has one valley; two rises in a row are its far side.
const RISES_TO_STOP = 2;
// Keeps the solver's memory below about 130 MB with thousands of outputs.
const MAX_MEMORY_ENTRIES = 2 ** 23;

/**
 * Minimises loss + penalty / 2 |w|^2 for each strength, each solution the start of the next, keeps the one with the lowest
 * validation loss. Solved only as far as the choice needs: what is served is solved anew by `solvePenalised`.
 */
export async function choosePenalty(path: PenaltyPath): Promise<PenaltyChoice> {
  const slope = await steepestSlope(path);
  let point = new Float64Array(path.size);
  let best: PenaltyChoice | null = null;
  let rises = 0;
  let learned: Learned | null = null;
  for (const penalty of path.grid) {
    const tolerance = PATH_TOLERANCE * slope;
    const solved = await minimise(penalise(path, penalty), point, {
      tolerance,
      maxEvaluations: 60,
      ...solverOf(path, penalty),
      pairs: atPenalty(path, learned, penalty),
    });
    learned = { pairs: solved.pairs, penalty };
    point = new Float64Array(solved.point);
    const { loss } = await path.validate(point);
    if (best === null || loss < best.validLoss) {
      best = { point, penalty, validLoss: loss };
      rises = 0;
    } else if (++rises === RISES_TO_STOP) break;
  }
  if (best === null) throw new Error('internal: an empty grid of penalties');
  return best;
}

/** The optimum for one strength, from a start near it where there is one. */
export async function solvePenalised(
  problem: PenalisedProblem,
  penalty: number,
  start: Float64Array = new Float64Array(problem.size),
): Promise<Float64Array> {
  const tolerance = FINAL_TOLERANCE * (await steepestSlope(problem));
  const options = { tolerance, maxEvaluations: 300, ...solverOf(problem, penalty) };
  return (await minimise(penalise(problem, penalty), start, options)).point;
}

interface Learned {
  readonly pairs: readonly CurvaturePair[];
  readonly penalty: number;
}

/** What was measured at one strength as it is at another, in place: the change of a penalised entry differs by their difference a step. */
function atPenalty(
  { penalised }: PenalisedProblem,
  learned: Learned | null,
  penalty: number,
): readonly CurvaturePair[] {
  if (learned === null) return [];
  const more = penalty - learned.penalty;
  for (const { step, change } of learned.pairs) {
    for (let index = 0; index < penalised; index++) change[index] = (change[index] ?? 0) + more * (step[index] ?? 0);
  }
  return learned.pairs;
}

async function steepestSlope({ objective, size, penalised }: PenalisedProblem): Promise<number> {
  const { gradient } = await objective(new Float64Array(size));
  return gradient.subarray(0, penalised).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

function solverOf(
  { size, penalised, curvature }: PenalisedProblem,
  penalty: number,
): Pick<MinimiseOptions, 'memory' | 'preconditioner'> {
  const memory = Math.max(3, Math.min(10, Math.floor(MAX_MEMORY_ENTRIES / size)));
  const preconditioner = curvature?.map((bend, index) => 1 / (bend + (index < penalised ? penalty : 0)));
  return { memory, preconditioner };
}

function penalise({ objective, penalised, pause }: PenalisedProblem, penalty: number): Objective {
  return async (point) => {
    await pause();
    const { value, gradient } = await objective(point);
    let squares = 0;
    for (let index = 0; index < penalised; index++) {
      const weight = point[index] ?? 0;
      squares += weight * weight;
      gradient[index] = (gradient[index] ?? 0) + penalty * weight;
    }
    return { value: value + (penalty / 2) * squares, gradient };
  };
}
