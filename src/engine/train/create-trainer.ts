import { gradients } from '../autodiff/gradients.ts';
import { toOnnx } from '../lowering/to-onnx.ts';
import type { Session } from '../runtime.ts';
import { tensor } from '../tensor.ts';
import { stepAdamW, stepFactors } from './adam-w.ts';
import { createAdamWMemory } from './adam-w-kernel.ts';
import type { AdamWMemory } from './adam-w-kernel.ts';
import { findInput, liveInputs, readParameters } from './declared-inputs.ts';
import { assertFinite, nameOutputs, readGradients, readOutputs } from './step-outputs.ts';
import { optionsFor } from './trainer-options.ts';
import type { Evaluation, Feeds, StepOptions, TrainerOptions } from './trainer-options.ts';
import { exportTensors, importTensors } from './trainer-state.ts';
import type { TrainedParameter, TrainerState } from './trainer-state.ts';

/** Training by AdamW over one session that computes loss and gradients. */
export interface Trainer extends AsyncDisposable {
  /** The live values; they change with each step. */
  readonly parameters: Readonly<Record<string, Float32Array>>;
  /** Steps taken. */
  readonly steps: number;
  /** Loss and gradients without a change. */
  gradientsOf(feeds: Feeds): Promise<Evaluation>;
  /**
   * One step. The loss returned is that before it.
   *
   * @throws LevigateError `training_failed` when the loss is not a finite number; then nothing has changed.
   */
  step(feeds: Feeds, options?: StepOptions): Promise<Evaluation>;
  exportState(): TrainerState;
  /** @throws GraphError when the state is not one of these parameters. */
  importState(state: TrainerState): void;
}

/**
 * Builds the gradient graph of a loss and loads it. Rows are best a fixed number with per-row weights as an input: see
 * `softmaxCrossEntropy`.
 *
 * @throws GraphError when parameters are missing, unknown or of another size.
 */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const declared = liveInputs(options.loss);
  const read = readParameters(declared, options.parameters);
  const isTrained = ({ name }: TrainedParameter): boolean => options.trainable?.includes(name) ?? true;
  const memory = createAdamWMemory(
    read.filter(isTrained).flatMap(({ data }) => [data.length, data.length, data.length]),
  );
  const parameters = memory === null ? read : read.map((each) => (isTrained(each) ? moveTo(memory, each) : each));
  const inputs = (options.inputGradients ?? []).map((name) => findInput(declared, name));
  const trained = parameters.filter(isTrained);
  const targets = [...trained.map(({ name }) => findInput(declared, name)), ...inputs];
  const slopes = gradients(
    options.loss,
    targets.map(({ value }) => value),
  );
  const { loss, outputs, sizes } = options;
  const { model } = toOnnx(loss.graph, { outputs: nameOutputs({ loss, outputs, targets, slopes }), sizes });
  return new AdamWTrainer(await options.runtime.load(model), { options, parameters, trained, memory });
}

function moveTo(memory: AdamWMemory, { name, dims, data }: TrainedParameter): TrainedParameter {
  const allocate = (): Float32Array => memory.allocate(data.length);
  const moved = { name, dims, data: allocate(), moments: { first: allocate(), second: allocate() } };
  moved.data.set(data);
  return moved;
}

interface Setup {
  readonly options: TrainerOptions;
  readonly parameters: readonly TrainedParameter[];
  readonly trained: readonly TrainedParameter[];
  /** Where the trained parameters lie, if the kernel runs here. */
  readonly memory: AdamWMemory | null;
}

class AdamWTrainer implements Trainer {
  readonly parameters: Readonly<Record<string, Float32Array>>;
  readonly #session: Session;
  readonly #setup: Setup;
  readonly #fixedFeeds: Feeds;
  #steps = 0;

  constructor(session: Session, setup: Setup) {
    this.#session = session;
    this.#setup = setup;
    this.parameters = Object.fromEntries(setup.parameters.map(({ name, data }) => [name, data]));
    // Sessions read these arrays where they lie, so a change in place is seen by the next run.
    this.#fixedFeeds = Object.fromEntries(setup.parameters.map(({ name, data, dims }) => [name, tensor(data, dims)]));
  }

  get steps(): number {
    return this.#steps;
  }

  async gradientsOf(feeds: Feeds): Promise<Evaluation> {
    const results = await this.#session.run({ ...feeds, ...this.#fixedFeeds });
    const { options, trained } = this.#setup;
    const gradients = readGradients(
      results,
      trained.map(({ name }) => name),
    );
    return { ...readOutputs(results, options), gradients };
  }

  async step(feeds: Feeds, stepOptions?: StepOptions): Promise<Evaluation> {
    const evaluation = await this.gradientsOf(feeds);
    assertFinite(evaluation.loss, this.#steps + 1);
    this.#steps += 1;
    const { trained, options, memory } = this.#setup;
    for (const { name, data, moments } of trained) {
      const gradient = evaluation.gradients[name] ?? data;
      const own = optionsFor(name, options.optimizer, stepOptions);
      if (memory !== null) memory.step({ parameter: data, ...moments }, gradient, stepFactors(own, this.#steps));
      else stepAdamW({ parameter: data, moments, step: this.#steps, options: own }, gradient);
    }
    return evaluation;
  }

  exportState(): TrainerState {
    return { step: this.#steps, tensors: exportTensors(this.#setup.trained) };
  }

  importState({ step, tensors }: TrainerState): void {
    importTensors(this.#setup.trained, tensors);
    this.#steps = step;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }
}
