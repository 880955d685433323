import type { Tensor } from '../../src/engine/index.ts';

/** One side's training step, ours or PyTorch's. */
export interface TrainingStep extends AsyncDisposable {
  /** Loss and gradients of the first weights on the batch that both sides were given. Before any timing. */
  check(): Promise<StepCheck>;
  /** Milliseconds of each of so many steps. */
  time(steps: number): Promise<readonly number[]>;
}

export interface OwnStep extends TrainingStep {
  /** The same start and batch for PyTorch. */
  readonly peer: {
    readonly tensors: Readonly<Record<string, Tensor>>;
    readonly options: Readonly<Record<string, number>>;
  };
}

export interface StepCheck {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Float32Array>>;
}

/** Milliseconds of each of so many runs. */
export async function timeSteps(steps: number, run: () => Promise<unknown>): Promise<readonly number[]> {
  const milliseconds: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    const startedMs = performance.now();
    await run();
    milliseconds.push(performance.now() - startedMs);
  }
  return milliseconds;
}
