export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}
export type Objective = (point: Float64Array) => Promise<Evaluation>;

export interface MinimiseOptions {
  /** Stops when the gradient's largest entry is below it. */
  readonly tolerance: number;
  readonly maxEvaluations?: number;
  readonly memory?: number;
  /** Rough inverse of the Hessian's diagonal; worth it where curvatures differ by orders of magnitude. */
  readonly preconditioner?: Float64Array | undefined;
  /** What an earlier run learned of the curvature of nearly this function. */
  readonly pairs?: readonly CurvaturePair[] | undefined;
}

/** A step and the change of the gradient along it. */
export interface CurvaturePair {
  readonly step: Float64Array;
  readonly change: Float64Array;
}

export interface Minimum extends Evaluation {
  readonly point: Float64Array;
  readonly evaluations: number;
  readonly converged: boolean;
  /** The last ones, for a run on nearly the same function. */
  readonly pairs: readonly CurvaturePair[];
}

const SUFFICIENT_DECREASE = 1e-4;
const CURVATURE = 0.9;
const MAX_LINE_SEARCH = 12;
// A single-precision objective is flat below this, so smaller differences are rounding.
const RELATIVE_NOISE = 2e-7;

/**
 * Minimises a smooth convex function by L-BFGS (Nocedal & Wright, Numerical Optimization, algorithms 7.4 and 3.1),
 * in double precision around an objective that may itself be computed in single precision.
 */
export async function minimise(objective: Objective, start: Float64Array, options: MinimiseOptions): Promise<Minimum> {
  const { tolerance, maxEvaluations = 500, memory = 10, preconditioner, pairs = [] } = options;
  const history = createHistory(memory, preconditioner);
  for (const { step, change } of pairs) history.remember(step, change);
  let point = start;
  let current = await objective(point);
  let evaluations = 1;
  while (largest(current.gradient) > tolerance && evaluations < maxEvaluations) {
    const direction = history.direction(current.gradient);
    const isScaled = preconditioner !== undefined || !history.isEmpty();
    const firstStep = isScaled ? 1 : Math.min(1, 1 / norm(current.gradient));
    const next = await searchLine(objective, { point, current, direction, firstStep });
    evaluations += next.evaluations;
    if (next.found === null) {
      // Rounding made the direction useless: once more from plain descent, then give up.
      if (history.isEmpty()) break;
      history.clear();
      continue;
    }
    history.remember(subtract(next.found.point, point), subtract(next.found.gradient, current.gradient));
    point = next.found.point;
    current = next.found;
  }
  return { ...current, point, evaluations, converged: largest(current.gradient) <= tolerance, pairs: history.pairs() };
}

interface Line {
  readonly point: Float64Array;
  readonly current: Evaluation;
  readonly direction: Float64Array;
  readonly firstStep: number;
}

interface LineResult {
  readonly found: (Evaluation & { readonly point: Float64Array }) | null;
  readonly evaluations: number;
}

/** Bisection towards the weak Wolfe conditions, which keep every remembered pair's curvature positive. */
async function searchLine(objective: Objective, { point, current, direction, firstStep }: Line): Promise<LineResult> {
  const slope = dot(current.gradient, direction);
  const noise = RELATIVE_NOISE * Math.abs(current.value);
  let low = 0;
  let high = Infinity;
  let step = firstStep;
  let decreased: LineResult['found'] = null;
  for (let evaluations = 1; evaluations <= MAX_LINE_SEARCH; evaluations++) {
    const trial = point.slice();
    addScaled(trial, direction, step);
    const next = await objective(trial);
    const trialSlope = dot(next.gradient, direction);
    if (next.value > current.value + SUFFICIENT_DECREASE * step * slope + noise) high = step;
    else if (trialSlope < CURVATURE * slope) {
      decreased = { ...next, point: trial };
      low = step;
    } else return { found: { ...next, point: trial }, evaluations };
    step = high === Infinity ? 2 * step : (low + high) / 2;
  }
  return { found: decreased, evaluations: MAX_LINE_SEARCH };
}

interface History {
  readonly isEmpty: () => boolean;
  readonly pairs: () => readonly CurvaturePair[];
  readonly clear: () => void;
  readonly remember: (step: Float64Array, change: Float64Array) => void;
  readonly direction: (gradient: Float64Array) => Float64Array;
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly inverse: number;
}

function createHistory(memory: number, preconditioner: Float64Array | undefined): History {
  let pairs: Pair[] = [];
  const remember = (step: Float64Array, change: Float64Array): void => {
    const curvature = dot(step, change);
    if (curvature > 1e-12 * dot(change, change))
      pairs = [...pairs, { step, change, inverse: 1 / curvature }].slice(-memory);
  };
  const direction = (gradient: Float64Array): Float64Array => {
    const result = gradient.slice();
    scale(result, -1);
    const coefficients = pairs.map(() => 0);
    for (const [index, pair] of [...pairs.entries()].reverse()) {
      coefficients[index] = pair.inverse * dot(pair.step, result);
      addScaled(result, pair.change, -(coefficients[index] ?? 0));
    }
    const last = pairs.at(-1);
    precondition(result, preconditioner);
    if (last !== undefined) {
      const change = last.change.slice();
      precondition(change, preconditioner);
      scale(result, 1 / (last.inverse * dot(last.change, change)));
    }
    for (const [index, pair] of pairs.entries()) {
      addScaled(result, pair.step, (coefficients[index] ?? 0) - pair.inverse * dot(pair.change, result));
    }
    return result;
  };
  return { isEmpty: () => pairs.length === 0, pairs: () => pairs, clear: () => void (pairs = []), remember, direction };
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let index = 0; index < a.length; index++) total += (a[index] ?? 0) * (b[index] ?? 0);
  return total;
}

function norm(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector));
}

function largest(vector: Float64Array): number {
  let maximum = 0;
  for (const value of vector) maximum = Math.max(maximum, Math.abs(value));
  return maximum;
}

function subtract(a: Float64Array, b: Float64Array): Float64Array {
  const difference = a.slice();
  addScaled(difference, b, -1);
  return difference;
}

function scale(vector: Float64Array, factor: number): void {
  for (let index = 0; index < vector.length; index++) vector[index] = (vector[index] ?? 0) * factor;
}

function precondition(vector: Float64Array, preconditioner: Float64Array | undefined): void {
  if (preconditioner === undefined) return;
  for (let index = 0; index < vector.length; index++)
    vector[index] = (vector[index] ?? 0) * (preconditioner[index] ?? 1);
}

function addScaled(target: Float64Array, vector: Float64Array, factor: number): void {
  for (let index = 0; index < target.length; index++)
    target[index] = (target[index] ?? 0) + factor * (vector[index] ?? 0);
}
