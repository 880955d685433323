import { add, createGraph, gemm, softmaxCrossEntropy, tensor } from '../../engine/index.ts';
import type { Runtime, Tensor } from '../../engine/index.ts';
import type { Pause } from '../fine-tune/create-pause.ts';
import { takeTaps } from '../feature-matrix.ts';
import type { UntimedPart } from '../methods/trained-part.ts';
import type { Objective } from '../solver/minimise.ts';
import { outputOf } from '../model/output-of.ts';
import { choosePenalty, solvePenalised } from './choose-penalty.ts';
import type { PenalisedProblem } from './choose-penalty.ts';
import { gradientOf, loadObjective, LOSS } from './objective-session.ts';
import { oneHot, sampleWeights } from './training-data.ts';
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

interface PausedProbeOptions extends ProbeObjectiveOptions {
  readonly pause: Pause;
}

export interface ProbeOptions extends PausedProbeOptions {
  readonly validate: Validate<ProbeCandidate>;
}

/** Multinomial logistic regression on the given layers, the L2 strength chosen on validation loss. */
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
  start.set(outputOf(options.start, WEIGHTS), 0);
  start.set(outputOf(options.start, BIAS), problem.penalised);
  return problem.unpack(await solvePenalised(problem, options.penalty, start));
}

interface ProbeProblem extends PenalisedProblem, AsyncDisposable {
  readonly unpack: (point: Float64Array) => Readonly<Record<string, Tensor>>;
}

async function openProblem(options: PausedProbeOptions): Promise<ProbeProblem> {
  const { data, probeTaps, pause } = options;
  const inputs = probeTaps.length * data.features.width;
  const { evaluate, [Symbol.asyncDispose]: close } = await createProbeObjective(options);
  return {
    objective: evaluate,
    size: data.classes * (inputs + 1),
    penalised: data.classes * inputs,
    pause,
    unpack: (point) => unpackProbe(point, data.classes, inputs),
    [Symbol.asyncDispose]: close,
  };
}

function unpackProbe(point: Float64Array, classes: number, inputs: number): Record<string, Tensor> {
  const weights = new Float32Array(point.subarray(0, classes * inputs));
  const bias = new Float32Array(point.subarray(classes * inputs));
  return { [WEIGHTS]: tensor(weights, [classes, inputs]), [BIAS]: tensor(bias, [1, classes]) };
}

export interface ProbeObjective extends AsyncDisposable {
  readonly evaluate: Objective;
}

/** Mean cross-entropy over all training rows and its gradient, from one graph that gets the data as feeds made once. */
export async function createProbeObjective(options: ProbeObjectiveOptions): Promise<ProbeObjective> {
  const { runtime, data, probeTaps } = options;
  const { classes, targets } = data;
  const rows = targets.length;
  const used = takeTaps(data.features, probeTaps);
  const inputs = used.taps * used.width;
  const graph = createGraph();
  const weights = graph.parameter(WEIGHTS, [classes, inputs]);
  const bias = graph.parameter(BIAS, [1, classes]);
  const logits = add(gemm(graph.input('x', 'float32', [rows, inputs]), weights, { transposeRight: true }), bias);
  const loss = softmaxCrossEntropy(
    logits,
    graph.input('targets', 'float32', [rows, classes]),
    graph.input('sample_weights', 'float32', [rows]),
  );
  const session = await loadObjective(runtime, loss, { [WEIGHTS]: weights, [BIAS]: bias });
  const fixed = {
    x: tensor(used.data, [rows, inputs]),
    targets: tensor(oneHot(targets, classes), [rows, classes]),
    sample_weights: tensor(sampleWeights(data), [rows]),
  };
  const evaluate: Objective = async (point) => {
    const outputs = await session.run({ ...fixed, ...unpackProbe(point, classes, inputs) });
    const gradient = new Float64Array(point.length);
    gradient.set(outputOf(outputs, gradientOf(WEIGHTS)), 0);
    gradient.set(outputOf(outputs, gradientOf(BIAS)), classes * inputs);
    return { value: outputOf(outputs, LOSS)[0] ?? 0, gradient };
  };
  return { evaluate, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
}
