import { gradients } from '../autodiff/gradients.ts';
import { LevigateError } from '../../contract/errors.ts';
import { GraphError } from '../graph-error.ts';
import { liveValues } from '../graph/live-values.ts';
import type { NamedValue, Value } from '../graph/types.ts';
import { toOnnx } from '../lowering/to-onnx.ts';
import type { Runtime, Session } from '../runtime.ts';
import { staticDims } from '../shape/dimension.ts';
import { float32Data, sizeOf, tensor } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { createMoments, stepAdamW } from './adam-w.ts';
import type { AdamWOptions } from './adam-w.ts';
import { exportTensors, importTensors } from './trainer-state.ts';
import type { TrainedParameter, TrainerState } from './trainer-state.ts';

export interface OptimizerOptions extends AdamWOptions {
  /** What differs for single parameters, by name. */
  readonly perParameter?: Readonly<Record<string, Partial<AdamWOptions>>>;
}

export interface TrainerOptions {
  readonly runtime: Runtime;
  /** A float32 scalar. Its gradients are added to its graph. */
  readonly loss: Value;
  /** First values of every parameter that the loss depends on; copied. */
  readonly parameters: Readonly<Record<string, Float32Array>>;
  readonly optimizer: OptimizerOptions;
  /** The parameters to train; the others stay as given and cost no gradient. All unless given. */
  readonly trainable?: readonly string[];
  /** Further values to compute at each step. */
  readonly outputs?: Readonly<Record<string, Value>>;
  /** Inputs whose gradients each step returns: for tables that stay on the host. */
  readonly inputGradients?: readonly string[];
}

export type Feeds = Readonly<Record<string, Tensor>>;

export interface Evaluation {
  readonly loss: number;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Of trained parameters, by name. */
  readonly gradients: Readonly<Record<string, Float32Array>>;
  readonly inputGradients: Readonly<Record<string, Float32Array>>;
}

export interface StepOptions {
  /** Factor on every learning rate, for schedules. */
  readonly learningRateScale?: number;
}

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
  const parameters = readParameters(declared, options);
  const inputs = (options.inputGradients ?? []).map((name) => findInput(declared, name));
  const trained = parameters.filter(({ name }) => options.trainable?.includes(name) ?? true);
  const targets = [...trained.map(({ name }) => findInput(declared, name)), ...inputs];
  const slopes = gradients(
    options.loss,
    targets.map(({ value }) => value),
  );
  const { model } = toOnnx(options.loss.graph, {
    outputs: {
      [LOSS]: options.loss,
      ...Object.fromEntries(slopes.map((value, index) => [gradientName(targets[index]?.name ?? ''), value])),
      ...Object.fromEntries(Object.entries(options.outputs ?? {}).map(([name, value]) => [outputName(name), value])),
    },
  });
  return new AdamWTrainer(await options.runtime.load(model), { options, parameters, trained });
}

// A leading % cannot collide with the names of a graph.
const LOSS = '%loss';
const gradientName = (name: string): string => `%gradient ${name}`;
const outputName = (name: string): string => `%output ${name}`;

interface Setup {
  readonly options: TrainerOptions;
  readonly parameters: readonly TrainedParameter[];
  readonly trained: readonly TrainedParameter[];
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
    const gradientOf = (name: string): readonly [string, Float32Array] => [name, floats(results, gradientName(name))];
    return {
      loss: floats(results, LOSS)[0] ?? Number.NaN,
      outputs: Object.fromEntries(
        Object.keys(options.outputs ?? {}).map((name) => [name, pick(results, outputName(name))]),
      ),
      gradients: Object.fromEntries(trained.map(({ name }) => gradientOf(name))),
      inputGradients: Object.fromEntries((options.inputGradients ?? []).map(gradientOf)),
    };
  }

  async step(feeds: Feeds, { learningRateScale = 1 }: StepOptions = {}): Promise<Evaluation> {
    const evaluation = await this.gradientsOf(feeds);
    if (!Number.isFinite(evaluation.loss)) throw divergedAt(this.#steps + 1, evaluation.loss);
    this.#steps += 1;
    const { perParameter = {}, ...common } = this.#setup.options.optimizer;
    for (const { name, data, moments } of this.#setup.trained) {
      const merged = { ...common, ...perParameter[name] };
      const options = { ...merged, learningRate: merged.learningRate * learningRateScale };
      stepAdamW({ parameter: data, moments, step: this.#steps, options }, evaluation.gradients[name] ?? data);
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

function liveInputs(loss: Value): readonly NamedValue[] {
  const live = new Set(liveValues([loss]));
  return loss.graph.inputs.filter(({ value }) => live.has(value));
}

function readParameters(declared: readonly NamedValue[], { parameters }: TrainerOptions): readonly TrainedParameter[] {
  const needed = declared.filter(({ value }) => value.origin.kind === 'parameter');
  const strangers = Object.keys(parameters).filter((name) => !needed.some((other) => other.name === name));
  if (strangers.length > 0) throw new GraphError(`the loss does not depend on a parameter '${strangers.join("', '")}'`);
  return needed.map(({ name, value }) => {
    const dims = staticDims(value.shape) ?? [];
    const first = parameters[name];
    if (first === undefined) throw new GraphError(`the parameter '${name}' was given no first values`);
    if (first.length !== sizeOf(dims)) {
      throw new GraphError(`the parameter '${name}' [${dims.join(', ')}] was given ${first.length} numbers`);
    }
    return { name, dims, data: first.slice(), moments: createMoments(first.length) };
  });
}

function findInput(declared: readonly NamedValue[], name: string): NamedValue {
  const found = declared.find((input) => input.name === name);
  if (found === undefined) throw new GraphError(`the loss does not depend on an input '${name}'`);
  return found;
}

function pick(results: Feeds, name: string): Tensor {
  const result = results[name];
  if (result === undefined) throw new Error(`internal: the session gave no ${name}`);
  return result;
}

function floats(results: Feeds, name: string): Float32Array {
  return float32Data(pick(results, name));
}

function divergedAt(step: number, loss: number): LevigateError {
  const message = `The loss of step ${step} is ${loss}. Lower the learning rate, or look for extreme numbers in the input.`;
  return new LevigateError('training_failed', message);
}
