import { GraphError } from '../graph-error.ts';
import { toOnnx } from '../lowering/to-onnx.ts';
import type { StatefulSession } from '../runtime.ts';
import { tensor } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { liveInputs, readParameters } from './declared-inputs.ts';
import { gatherVectors, layOutFlat, scatterVectors, VECTORS } from './flat-parameters.ts';
import type { FlatParameter } from './flat-parameters.ts';
import { openStateful, pickState } from './host-state.ts';
import { buildStepGraph, FACTORS, factorsTensor, inputNameOf, outputNameOf } from './step-graph.ts';
import { assertFinite, readOutputs } from './step-outputs.ts';
import { optionsFor } from './trainer-options.ts';
import type { Feeds, OptimizerOptions, StepOptions, StepResult, TrainerOptions } from './trainer-options.ts';
import { exportTensors, importTensors } from './trainer-state.ts';
import type { TrainedParameter, TrainerState } from './trainer-state.ts';

/** Training by AdamW in one graph, with weights and moments where the runtime computes. */
export interface DeviceTrainer extends AsyncDisposable {
  /** Steps taken. */
  readonly steps: number;
  /** Loss and outputs without a change. */
  evaluate(feeds: Feeds): Promise<StepResult>;
  /**
   * One step. The loss returned is that before it.
   *
   * @throws LevigateError `training_failed` when the loss is not a finite number; then nothing has changed.
   */
  step(feeds: Feeds, options?: StepOptions): Promise<StepResult>;
  /** Copies of all parameters as they are now, by name. */
  readParameters(): Promise<Readonly<Record<string, Float32Array>>>;
  /** What `createTrainer`'s trainers export and import, too. */
  exportState(): Promise<TrainerState>;
  /** @throws GraphError when the state is not one of these parameters. */
  importState(state: TrainerState): Promise<void>;
}

/**
 * For a device with memory of its own, where it saves carrying weights and gradients across at each step: on WebGPU only batches
 * go in and losses come out. On the CPU `createTrainer` is faster. Give `sizes`, so that no node has to read a size.
 *
 * @throws GraphError when parameters are missing, unknown or of another size, or none is trained.
 */
export async function createDeviceTrainer(options: TrainerOptions): Promise<DeviceTrainer> {
  const declared = liveInputs(options.loss);
  const parameters = readParameters(declared, options.parameters);
  const isTrained = ({ name }: TrainedParameter): boolean => options.trainable?.includes(name) ?? true;
  const groups = groupAlike(parameters.filter(isTrained), options.optimizer);
  if (groups.length === 0) throw new GraphError('the loss depends on no parameter to train');
  const layout = layOutFlat(groups.flat());
  const { graph, outputs } = buildStepGraph({ options, declared, layout, groups: groups.map(lengthOf) });
  const frozen = parameters.filter((each) => !isTrained(each));
  const weights = Object.fromEntries(frozen.map(({ name, data, dims }) => [name, tensor(data, dims)]));
  const initial = gatherVectors(layout);
  const session = await openStateful(
    options.runtime,
    toOnnx(graph, { outputs, weights, sizes: options.sizes }).model,
    VECTORS.map((name) => ({ input: inputNameOf(name), output: outputNameOf(name), initial: initial[name] })),
  );
  return new FlatTrainer(session, { options, parameters, layout, groups });
}

/** Parameters that AdamW treats alike; they lie side by side in the vectors. */
type Group = readonly TrainedParameter[];

interface Setup {
  readonly options: TrainerOptions;
  readonly parameters: readonly TrainedParameter[];
  readonly layout: readonly FlatParameter[];
  readonly groups: readonly Group[];
}

class FlatTrainer implements DeviceTrainer {
  readonly #session: StatefulSession;
  readonly #setup: Setup;
  #steps = 0;

  constructor(session: StatefulSession, setup: Setup) {
    this.#session = session;
    this.#setup = setup;
  }

  get steps(): number {
    return this.#steps;
  }

  async evaluate(feeds: Feeds): Promise<StepResult> {
    return this.#run(feeds);
  }

  async step(feeds: Feeds, stepOptions?: StepOptions): Promise<StepResult> {
    const result = await this.#run(feeds, stepOptions);
    assertFinite(result.loss, this.#steps + 1);
    this.#session.advance();
    this.#steps += 1;
    return result;
  }

  async readParameters(): Promise<Readonly<Record<string, Float32Array>>> {
    await this.#fetch();
    return Object.fromEntries(this.#setup.parameters.map(({ name, data }) => [name, data.slice()]));
  }

  async exportState(): Promise<TrainerState> {
    await this.#fetch();
    return { step: this.#steps, tensors: exportTensors(this.#setup.layout.map(({ parameter }) => parameter)) };
  }

  async importState({ step, tensors }: TrainerState): Promise<void> {
    const { layout } = this.#setup;
    importTensors(
      layout.map(({ parameter }) => parameter),
      tensors,
    );
    const vectors = gatherVectors(layout);
    this.#session.writeState(Object.fromEntries(VECTORS.map((name) => [inputNameOf(name), vectors[name]])));
    this.#steps = step;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }

  async #run(feeds: Feeds, stepOptions?: StepOptions): Promise<StepResult> {
    const { options, groups } = this.#setup;
    const perGroup = groups.map(([first]) => optionsFor(first?.name ?? '', options.optimizer, stepOptions));
    const factors = factorsTensor(perGroup, this.#steps + 1);
    return readOutputs(await this.#session.run({ ...feeds, [FACTORS]: factors }), options);
  }

  /** Brings the vectors to the host's arrays. */
  async #fetch(): Promise<void> {
    const state = await this.#session.readState();
    const vectorOf = (name: (typeof VECTORS)[number]): Tensor => pickState(state, inputNameOf(name));
    scatterVectors(this.#setup.layout, {
      parameters: vectorOf('parameters'),
      first: vectorOf('first'),
      second: vectorOf('second'),
    });
  }
}

function groupAlike(parameters: readonly TrainedParameter[], optimizer: OptimizerOptions): readonly Group[] {
  return [...Map.groupBy(parameters, ({ name }) => JSON.stringify(optionsFor(name, optimizer))).values()];
}

function lengthOf(group: Group): number {
  return group.reduce((sum, { data }) => sum + data.length, 0);
}
