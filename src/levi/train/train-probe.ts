import { add, createGraph, gemm, tensor } from '../../engine/index.ts';
import type { Runtime, Tensor } from '../../engine/index.ts';
import { activeColumns, spreadColumns, takeColumns } from '../data/active-columns.ts';
import { takeTaps } from '../feature-matrix.ts';
import type { UntimedPart } from '../methods/trained-part.ts';
import type { Objective } from '../solver/minimise.ts';
import { outputOf } from '../model/output-of.ts';
import { FAMILY_GRAPHS } from '../tasks/family-graphs.ts';
import type { Pause } from './create-pause.ts';
import { choosePenalty, solvePenalised } from './choose-penalty.ts';
import type { PenalisedProblem } from './choose-penalty.ts';
import { gradientOf, loadObjective, LOSS } from './objective-session.ts';
import { sampleWeights } from './training-data.ts';
import type { ProbeCandidate, TrainingData, Validate } from './training-data.ts';

/** L2 strengths on standardised features for the mean loss: scikit-learn's C is 1 / (strength x rows). */
export const PROBE_PENALTIES = [10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001];

const WEIGHTS = 'probe.weights';
const BIAS = 'probe.bias';

interface ProbeObjectiveOptions {
  readonly runtime: Runtime;
  readonly data: TrainingData;
  /** Which of the used layers it reads, side by side. */
  readonly probeTaps: readonly number[];
}

interface ColumnsOption {
  /** Of these layers' numbers, those it reads; all unless given. */
  readonly columns?: Int32Array;
}

interface PausedProbeOptions extends ProbeObjectiveOptions {
  readonly pause: Pause;
}

export interface ProbeOptions extends PausedProbeOptions {
  readonly validate: Validate<ProbeCandidate>;
}

/** Logistic regression (multinomial, or one per label) or ridge regression on the given layers, the L2 strength chosen on validation loss. */
export async function trainProbe(options: ProbeOptions): Promise<UntimedPart & { readonly validLoss: number }> {
  const { probeTaps } = options;
  await using problem = await openProblem(options);
  const { point, penalty, validLoss } = await choosePenalty({
    ...problem,
    grid: PROBE_PENALTIES,
    validate: (candidate) => options.validate({ tensors: problem.unpack(candidate), probeTaps }),
  });
  return { tensors: problem.unpack(point), probeTaps, detail: { l2: penalty }, curve: [], validLoss };
}

export interface RefitProbeOptions extends PausedProbeOptions {
  readonly penalty: number;
  /** An earlier solution to start from. */
  readonly start: UntimedPart['tensors'];
}

/** The same at its optimum, for a strength that was chosen before. */
export async function refitProbe(options: RefitProbeOptions): Promise<UntimedPart['tensors']> {
  await using problem = await openProblem(options);
  const start = new Float64Array(problem.size);
  start.set(takeColumns(outputOf(options.start, WEIGHTS), problem.inputs, problem.columns), 0);
  start.set(outputOf(options.start, BIAS), problem.penalised);
  return problem.unpack(await solvePenalised(problem, options.penalty, start));
}

interface ProbeProblem extends PenalisedProblem, AsyncDisposable {
  readonly inputs: number;
  readonly columns: Int32Array;
  readonly unpack: (point: Float64Array) => Readonly<Record<string, Tensor>>;
}

async function openProblem(options: PausedProbeOptions): Promise<ProbeProblem> {
  const { data, probeTaps, pause } = options;
  const { outputs, features } = data;
  const inputs = probeTaps.length * features.width;
  const columns = activeColumns(takeTaps(features, probeTaps));
  const { evaluate, [Symbol.asyncDispose]: close } = await createProbeObjective({ ...options, columns });
  const penalised = outputs * columns.length;
  return {
    objective: evaluate,
    inputs,
    columns,
    size: penalised + outputs,
    penalised,
    pause,
    unpack: (point) => ({
      [WEIGHTS]: tensor(spreadColumns(point.subarray(0, penalised), inputs, columns), [outputs, inputs]),
      [BIAS]: tensor(Float32Array.from(point.subarray(penalised)), [1, outputs]),
    }),
    [Symbol.asyncDispose]: close,
  };
}

export interface ProbeObjective extends AsyncDisposable {
  /** Of a point `[outputs, columns]`, then `[outputs]`: weights and intercepts. */
  readonly evaluate: Objective;
}

/** Mean loss over all training rows and its gradient, from one graph that gets the data as feeds made once. */
export async function createProbeObjective(options: ProbeObjectiveOptions & ColumnsOption): Promise<ProbeObjective> {
  const { runtime, data, probeTaps, columns } = options;
  const { rows, outputs, targets } = data;
  const used = takeTaps(data.features, probeTaps);
  const size = used.taps * used.width;
  const inputs = columns?.length ?? size;
  const graph = createGraph();
  const weights = graph.parameter(WEIGHTS, [outputs, inputs]);
  const bias = graph.parameter(BIAS, [1, outputs]);
  const logits = add(gemm(graph.input('x', 'float32', [rows, inputs]), weights, { transposeRight: true }), bias);
  const loss = FAMILY_GRAPHS[data.family].loss(
    logits,
    graph.input('targets', 'float32', [rows, outputs]),
    graph.input('sample_weights', 'float32', [rows]),
  );
  const session = await loadObjective(runtime, loss, { [WEIGHTS]: weights, [BIAS]: bias });
  const fixed = {
    x: tensor(columns === undefined ? used.data : takeColumns(used.data, size, columns), [rows, inputs]),
    targets: tensor(targets, [rows, outputs]),
    sample_weights: tensor(sampleWeights(data), [rows]),
  };
  const evaluate: Objective = async (point) => {
    const found = await session.run({
      ...fixed,
      [WEIGHTS]: tensor(Float32Array.from(point.subarray(0, outputs * inputs)), [outputs, inputs]),
      [BIAS]: tensor(Float32Array.from(point.subarray(outputs * inputs)), [1, outputs]),
    });
    const gradient = new Float64Array(point.length);
    gradient.set(outputOf(found, gradientOf(WEIGHTS)), 0);
    gradient.set(outputOf(found, gradientOf(BIAS)), outputs * inputs);
    return { value: outputOf(found, LOSS)[0] ?? 0, gradient };
  };
  return { evaluate, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
}
