import { add, createGraph, tensor } from '../../engine/index.ts';
import type { Runtime, Tensor } from '../../engine/index.ts';
import { outputOf } from '../model/output-of.ts';
import { FAMILY_GRAPHS } from '../tasks/family-graphs.ts';
import type { UntimedPart } from '../methods/trained-part.ts';
import type { Objective } from '../solver/minimise.ts';
import { gatherScores, scatterAllScores } from '../task-model/ngram-scores.ts';
import type { Pause } from './create-pause.ts';
import { choosePenalty, solvePenalised } from './choose-penalty.ts';
import type { PenalisedProblem } from './choose-penalty.ts';
import { gradientOf, loadObjective, LOSS } from './objective-session.ts';
import { sampleWeights } from './training-data.ts';
import type { TrainingData, Validate } from './training-data.ts';

/** Weaker than the probes': an n-gram's column is mostly zeros. */
const TASK_PENALTIES = [3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6];

const TABLE = 'task.ngrams';
const BIAS = 'task.bias';
const SCORES = 'scores';

interface TaskObjectiveOptions {
  readonly runtime: Runtime;
  readonly data: TrainingData;
  readonly pause: Pause;
}

export interface TaskOnlyOptions extends TaskObjectiveOptions {
  readonly validate: Validate<Readonly<Record<string, Tensor>>>;
}

/** The n-gram model alone: its scores are the logits. Convex, so solved like the probes, L2 strength chosen on validation loss. */
export async function trainTaskOnly(options: TaskOnlyOptions): Promise<UntimedPart> {
  await using problem = await openProblem(options);
  const { point, penalty } = await choosePenalty({
    ...problem,
    grid: TASK_PENALTIES,
    validate: (candidate) => options.validate(problem.unpack(candidate)),
  });
  const detail = { l2: penalty, ngrams: options.data.ngrams };
  return { tensors: problem.unpack(point), probeTaps: [], detail, curve: [] };
}

/** The same for a strength that was chosen before. */
export async function refitTaskOnly(options: TaskObjectiveOptions, penalty: number): Promise<UntimedPart['tensors']> {
  await using problem = await openProblem(options);
  return problem.unpack(await solvePenalised(problem, penalty));
}

interface TaskProblem extends PenalisedProblem, AsyncDisposable {
  readonly unpack: (point: Float64Array) => Readonly<Record<string, Tensor>>;
}

async function openProblem(options: TaskObjectiveOptions): Promise<TaskProblem> {
  const { outputs, ngrams } = options.data;
  const penalised = ngrams * outputs;
  const { evaluate, [Symbol.asyncDispose]: close } = await createTaskObjective(options);
  return {
    objective: evaluate,
    size: penalised + outputs,
    penalised,
    curvature: measureCurvature(options.data),
    pause: options.pause,
    unpack: (point) => ({
      [TABLE]: tensor(new Float32Array(point.subarray(0, penalised)), [ngrams, outputs]),
      [BIAS]: tensor(new Float32Array(point.subarray(penalised)), [1, outputs]),
    }),
    [Symbol.asyncDispose]: close,
  };
}

// The family's bound bounds the diagonal; a frequent word's entry is a thousand times a rare one's.
function measureCurvature({ family, rows, texts, ngrams, outputs }: TrainingData): Float64Array {
  const curvature = new Float64Array((ngrams + 1) * outputs);
  const bend = FAMILY_GRAPHS[family].curvature;
  const share = bend / rows;
  for (let text = 0; text < rows; text++) {
    const square = share * (texts.scales[text] ?? 0) ** 2;
    const end = texts.offsets[text + 1] ?? 0;
    for (let position = texts.offsets[text] ?? 0; position < end; position++) {
      const to = (texts.rows[position] ?? 0) * outputs;
      for (let index = to; index < to + outputs; index++) curvature[index] = (curvature[index] ?? 0) + square;
    }
  }
  return curvature.fill(bend, ngrams * outputs);
}

/** The graph turns scores into loss and their gradient; gathering and scattering n-grams stays on the host. */
async function createTaskObjective({
  runtime,
  data,
}: TaskObjectiveOptions): Promise<AsyncDisposable & { readonly evaluate: Objective }> {
  const { family, rows, outputs, ngrams, texts, targets } = data;
  const graph = createGraph();
  const scores = graph.input(SCORES, 'float32', [rows, outputs]);
  const bias = graph.parameter(BIAS, [1, outputs]);
  const loss = FAMILY_GRAPHS[family].loss(
    add(scores, bias),
    graph.input('targets', 'float32', [rows, outputs]),
    graph.input('sample_weights', 'float32', [rows]),
  );
  const session = await loadObjective(runtime, loss, { [SCORES]: scores, [BIAS]: bias });
  const fixed = {
    targets: tensor(targets, [rows, outputs]),
    sample_weights: tensor(sampleWeights(data), [rows]),
  };
  const everyRow = Int32Array.from({ length: rows }, (_, row) => row);
  const evaluate: Objective = async (point) => {
    const table = new Float32Array(point.subarray(0, ngrams * outputs));
    const found = await session.run({
      ...fixed,
      [SCORES]: tensor(gatherScores(table, outputs, texts, everyRow), [rows, outputs]),
      [BIAS]: tensor(new Float32Array(point.subarray(ngrams * outputs)), [1, outputs]),
    });
    const gradient = new Float64Array(point.length);
    scatterAllScores(outputOf(found, gradientOf(SCORES)), outputs, texts, gradient);
    gradient.set(outputOf(found, gradientOf(BIAS)), ngrams * outputs);
    return { value: outputOf(found, LOSS)[0] ?? 0, gradient };
  };
  return { evaluate, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
}
