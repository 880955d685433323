import type { StepCheck, TrainingStep } from './training-step.ts';

export interface Sides {
  readonly ours: TrainingStep;
  /** PyTorch's ways of doing the same, by name. */
  readonly theirs: Readonly<Record<string, TrainingStep>>;
}

export interface CompareOptions {
  /** How often each side has its turn. */
  readonly rounds: number;
  readonly stepsPerTurn: number;
}

export interface StepTimes {
  readonly medianMs: number;
  readonly minMs: number;
  /** Tenth and ninetieth percentile. */
  readonly spreadMs: readonly [number, number];
}

const TOLERANCE = 1e-4;
const WARM_UP_STEPS = 5;

/** Checks that all sides do the same work, then times them in turns, so that a machine that slows down slows all. */
export async function compareSteps(
  { ours, theirs }: Sides,
  { rounds, stepsPerTurn }: CompareOptions,
): Promise<{ readonly ours: StepTimes; readonly theirs: Readonly<Record<string, StepTimes>> }> {
  const own = await ours.check();
  for (const [name, step] of Object.entries(theirs)) assertAgreement(name, own, await step.check());
  const sides = [ours, ...Object.values(theirs)].map((step) => ({ step, times: [] as number[] }));
  for (const { step } of sides) await step.time(WARM_UP_STEPS);
  for (let round = 0; round < rounds; round += 1) {
    for (const { step, times } of sides) times.push(...(await step.time(stepsPerTurn)));
  }
  const [first, ...others] = sides.map(({ times }) => summarise(times));
  if (first === undefined) throw new Error('internal: nothing was timed');
  const byName = Object.keys(theirs).flatMap((name, index) => {
    const times = others[index];
    return times === undefined ? [] : [[name, times] as const];
  });
  return { ours: first, theirs: Object.fromEntries(byName) };
}

/** @throws Error where the losses differ by more than 1e-4, or a gradient by more than 1e-4 of the whole gradient's length. */
function assertAgreement(name: string, own: StepCheck, other: StepCheck): void {
  const byLoss = Math.abs(own.loss - other.loss);
  if (!(byLoss <= TOLERANCE)) throw new Error(`${name} does not do the same work: its loss differs by ${byLoss}`);
  const names = new Set([...Object.keys(own.gradients), ...Object.keys(other.gradients)]);
  const whole = Math.hypot(...Object.values(own.gradients).map((each) => lengthOf(each)));
  for (const key of names) {
    const [ours, theirs] = [own.gradients[key], other.gradients[key]];
    if (ours === undefined || theirs?.length !== ours.length) throw new Error(`${name}: no gradient of ${key}`);
    const share = lengthOf(ours.map((slope, index) => slope - (theirs[index] ?? Number.NaN))) / whole;
    // Not each number: where a ReLU's input is 0 but for rounding, one side has a gradient there and the other none.
    if (!(share <= TOLERANCE)) throw new Error(`${name} does not do the same work: its gradient of ${key} is another`);
  }
}

const lengthOf = (vector: Float32Array): number => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));

function summarise(times: readonly number[]): StepTimes {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { medianMs: at(0.5), minMs: at(0), spreadMs: [at(0.1), at(0.9)] };
}
