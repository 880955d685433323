import { compileForHost, float32Data, tensor, toOnnx } from '../../engine/index.ts';
import type { HostMemory, HostProgram, Runtime, Session, Tensor } from '../../engine/index.ts';
import type { Adapter } from '../adapter/adapter.ts';
import { COVERAGE, taskTables, tensorNeeds } from '../adapter/adapter.ts';
import type { AdapterTensors, TensorNeeds } from '../adapter/adapter.ts';
import { floatTensors, inFloats } from '../adapter/float-weights.ts';
import { takeTaps } from '../feature-matrix.ts';
import type { FeatureMatrix } from '../feature-matrix.ts';
import { describeArchitecture } from '../methods/architecture.ts';
import type { Architecture, ArchitectureSpec } from '../methods/architecture.ts';
import type { TaskPart } from '../methods/parts.ts';
import { outputOf } from '../model/output-of.ts';
import { viewDisagreement } from '../metrics/disagreement.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import { gateOf, measureCoverage } from '../task-model/coverage-gate.ts';
import type { RawTaskInputs } from '../task-model/task-reader.ts';
import { gatherTask } from '../task-model/task-tables.ts';
import { ANSWERS, buildServingGraph, FEATURES, GATE, ROWS, taskInput, VIEWS } from './build-serving-graph.ts';

/** Texts, fields and images are those of the features' rows. */
export interface PredictorInputs extends RawTaskInputs {
  /** Every tap of the backbone, `[rows, taps, width]`; the predictor takes those that the adapter uses. */
  readonly features: FeatureMatrix;
}

export interface ViewAnswers {
  /** The tap: 0 is the embeddings. */
  readonly layer: number;
  readonly answers: AnswerMatrix;
}

export interface Answers {
  readonly answers: AnswerMatrix;
  /** One per layer, or null where the method has no views. */
  readonly views: readonly ViewAnswers[] | null;
  /** Per row, in bits, or in the unit of the numbers answered; null where the method has no views. */
  readonly disagreement: Float32Array | null;
}

/** One session that answers for every adapter of its architecture. */
export interface Predictor extends AsyncDisposable {
  readonly architecture: Architecture;
  run(adapter: Adapter, inputs: PredictorInputs): Promise<Answers>;
}

export interface PredictorOptions {
  /** Where adapters' weights may lie: a single row is then answered in this thread, in less time than a runtime takes to be asked. */
  readonly host?: HostMemory | null | undefined;
}

// From the second row on a runtime reads each weight once for all of them.
const MOST_HOST_ROWS = 1;

export async function createPredictor(
  runtime: Runtime,
  spec: ArchitectureSpec,
  { host = null }: PredictorOptions = {},
): Promise<Predictor> {
  const architecture = describeArchitecture(spec);
  const graph = buildServingGraph(spec);
  const fed = describeFeeds(
    tensorNeeds(spec),
    graph.inputs.map(({ name }) => name),
  );
  // Not every device turns bytes into floats; there they are fed as such.
  const isFedBytes = runtime.device === 'cpu';
  const runtimeSpec = isFedBytes ? spec : inFloats(spec);
  const lowered = toOnnx(buildServingGraph(runtimeSpec));
  const runtimeFed = describeFeeds(tensorNeeds(runtimeSpec), lowered.inputs);
  const programs = new Map<number, HostProgram | null>();
  let opening: Promise<Session> | null = null;

  function programFor(rows: number): HostProgram | null {
    if (!host || rows > MOST_HOST_ROWS) return null;
    const known = programs.get(rows);
    if (known !== undefined) return known;
    const program = compileForHost(graph, { sizes: { B: rows }, memory: host });
    programs.set(rows, program);
    return program;
  }

  const open = (): Promise<Session> => (opening ??= runtime.load(lowered.model));
  // Without a host every answer needs the session; with one, many adapters never do.
  if (!programFor(1)) await open();

  return {
    architecture,
    run: async (adapter, batch) => {
      if (adapter.architecture.key !== architecture.key) {
        throw new Error(
          `internal: a predictor of ${architecture.key} was given an adapter of ${adapter.architecture.key}`,
        );
      }
      const { rows } = batch.features;
      const program = programFor(rows);
      if (program) {
        const feeds = feedsOf({ adapter, tensors: adapter.tensors }, batch, fed);
        return toAnswers(program.run(feeds), adapter, rows);
      }
      const session = await open();
      const tensors = isFedBytes ? adapter.tensors : floatTensors(adapter);
      const feeds = feedsOf({ adapter, tensors }, batch, runtimeFed);
      return toAnswers(await session.run(feeds), adapter, rows);
    },
    [Symbol.asyncDispose]: async () => await (await opening)?.[Symbol.asyncDispose](),
  };
}

/** What a graph of this architecture is fed. */
interface Fed {
  /** Weights, by name. */
  readonly weights: readonly string[];
  readonly inputs: ReadonlySet<string>;
  readonly needs: TensorNeeds;
}

function describeFeeds(needs: TensorNeeds, names: readonly string[]): Fed {
  const inputs = new Set(names);
  return { inputs, needs, weights: Object.keys(needs.weights).filter((name) => inputs.has(name)) };
}

interface Weighted {
  readonly adapter: Adapter;
  readonly tensors: AdapterTensors;
}

function feedsOf(
  { adapter, tensors }: Weighted,
  { features, ...raw }: PredictorInputs,
  { weights, inputs, needs }: Fed,
): Record<string, Tensor> {
  const feeds = taskFeeds(adapter, raw, needs);
  for (const name of weights) {
    const weight = tensors[name];
    if (weight !== undefined) feeds[name] = weight;
  }
  if (inputs.has(FEATURES)) {
    const used = takeTaps(features, adapter.layers);
    feeds[FEATURES] = tensor(used.data, [used.rows, used.taps, used.width]);
  }
  if (inputs.has(ROWS)) feeds[ROWS] = tensor(new Float32Array(features.rows), [features.rows, 1]);
  return feeds;
}

/** What the task models of an adapter's parts read of the rows, gathered from its tables. */
export function taskFeeds(adapter: Adapter, raw: RawTaskInputs, { taskParts }: TensorNeeds): Record<string, Tensor> {
  const { spec } = adapter.architecture;
  if (taskParts.length === 0) return {};
  if (adapter.readTask === null) throw new Error('internal: an adapter without n-gram buckets');
  const inputs = adapter.readTask(raw);
  const feeds: Record<string, Tensor> = {};
  const chosen = new Int32Array(raw.texts.length);
  for (let row = 0; row < chosen.length; row++) chosen[row] = row;
  for (const part of taskParts) {
    const gathered = gatherTask(tablesOf(adapter, part), inputs, { chosen, random: null });
    for (const [name, value] of Object.entries(gathered.feeds)) feeds[taskInput(part, name)] = value;
  }
  const quantiles = adapter.tensors[COVERAGE]?.data;
  if (spec.isGated && quantiles instanceof Float32Array)
    feeds[GATE] = tensor(gateOf(measureCoverage(inputs), quantiles), [chosen.length, 1]);
  return feeds;
}

type Tables = Parameters<typeof gatherTask>[0];
const tables = new WeakMap<Adapter, Partial<Record<TaskPart, Tables>>>();

/** Found by their names once: a thousand adapters may be asked of one input. */
function tablesOf(adapter: Adapter, part: TaskPart): Tables {
  const known = tables.get(adapter) ?? {};
  tables.set(adapter, known);
  return (known[part] ??= findTables(adapter, part));
}

function findTables(adapter: Adapter, part: TaskPart): Tables {
  const [ngrams, ...fields] = taskTables(part, adapter).map(({ name, width }) => {
    const values = adapter.tensors[name]?.data;
    if (values instanceof Float32Array) return { width, values };
    throw new Error(`internal: an adapter without "${name}"`);
  });
  if (ngrams === undefined) throw new Error('internal: a task model without tables');
  return [ngrams, ...fields];
}

function toAnswers(found: Readonly<Record<string, Tensor>>, adapter: Adapter, rows: number): Answers {
  const { family, outputs } = adapter.architecture.spec;
  const views = found[VIEWS];
  return {
    answers: { rows, outputs, data: outputOf(found, ANSWERS) },
    // Seldom asked for.
    get views() {
      return views === undefined ? null : splitViews(float32Data(views), adapter.layers, { rows, outputs });
    },
    disagreement:
      views === undefined
        ? null
        : viewDisagreement(family, float32Data(views), { views: adapter.layers.length, rows, outputs }),
  };
}

function splitViews(
  data: Float32Array,
  layers: readonly number[],
  { rows, outputs }: { readonly rows: number; readonly outputs: number },
): readonly ViewAnswers[] {
  const size = rows * outputs;
  return layers.map((layer, view) => ({
    layer,
    answers: { rows, outputs, data: data.subarray(view * size, (view + 1) * size) },
  }));
}
