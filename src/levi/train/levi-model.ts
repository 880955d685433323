import { add, bernoulliArray, createGraph, dropoutMask, mul, tensor, uniformArray } from '../../engine/index.ts';
import type { Dimension, Feeds, Graph, Random, Value } from '../../engine/index.ts';
import { tapRuns } from '../data/tap-runs.ts';
import { gatherByLayer } from '../feature-matrix.ts';
import { prefixed } from '../tensor-names.ts';
import type { ArchitectureSpec } from '../methods/architecture.ts';
import { ADAPT_FEATURES, leviWeightShapes } from '../methods/parts.ts';
import { ensembleViews, leviLoss, leviViews } from '../model/levi-views.ts';
import { FIELDS_OUTPUTS } from '../task-model/fields-network.ts';
import { initialTaskWeights, taskOutput, taskWidth } from '../task-model/task-output.ts';
import { taskModelSpec } from '../task-model/task-tables.ts';
import { taskValues } from '../task-model/task-values.ts';
import { lossOf } from '../tasks/family-graphs.ts';
import { cutAdapting, joinAdapting, layerPieces } from './adapting-pieces.ts';
import type { LayerPiece } from './adapting-pieces.ts';
import type { EpochGraph, EpochModel } from './epoch-model.ts';
import type { EpochOptions } from './train-epochs.ts';

interface LeviShape extends Pick<ArchitectureSpec, 'taps' | 'width' | 'outputs' | 'task'> {
  readonly adaptingWidth: number;
  readonly batchSize: number;
  /** What it reads of the backbone, run by run of layers of one width. */
  readonly pieces: readonly LayerPiece[];
}

/** LEVI as it is trained: views, heads and task model together. */
export function leviModel(options: EpochOptions, batchSize: number): EpochModel {
  const { data, config } = options;
  const { taps, width } = data.features;
  const task = taskModelSpec(data);
  const { adaptingWidth } = config;
  const pieces = layerPieces(tapRuns(data.features), { batchSize, adaptingWidth });
  const shape = { taps, width, outputs: data.outputs, task, adaptingWidth, batchSize, pieces };
  // A step's features are larger than all else it makes, so every step uses the same memory.
  const memory = pieces.map(({ dims }) => new Float32Array(sizeOf(dims)));
  return {
    part: 'levi',
    shapes: parameterShapes(shape),
    initial: (random) => cutAdapting(initialParameters(shape, random), shape),
    toAdapter: (parameters) => joinAdapting(parameters, shape),
    build: () => buildGraph(shape, options),
    feeds: (rows, random) => {
      const features = pieces.map(({ input, run, dims }, index) => {
        const into = memory[index] ?? new Float32Array(sizeOf(dims));
        gatherByLayer(data.features, run, rows, into);
        return [input, tensor(into, dims)] as const;
      });
      return { ...Object.fromEntries(features), ...drawMasks(shape, options, random) };
    },
  };
}

const sizeOf = (dims: readonly number[]): number => dims.reduce((size, dim) => size * dim, 1);

function parameterShapes(shape: LeviShape): Readonly<Record<string, readonly number[]>> {
  const { [ADAPT_FEATURES]: _, ...others } = leviWeightShapes(shape);
  const pieces = shape.pieces.map(({ parameter, weightDims }) => [parameter, weightDims] as const);
  return { ...Object.fromEntries(pieces), ...others };
}

/** Inputs beside the task model's: features `[K, B, d]` in one piece or several, view_mask, head_mask, targets, sample_weights. */
function buildGraph(shape: LeviShape, { data, config }: EpochOptions): EpochGraph {
  const { taps, outputs, adaptingWidth, batchSize, pieces } = shape;
  const graph = createGraph();
  const shapes = parameterShapes(shape);
  const parameter = (name: string): Value => graph.parameter(name, shapes[name] ?? []);
  const input = (name: string, dims: readonly Dimension[]): Value => graph.input(name, 'float32', dims);
  const weight = (name: string): Value => parameter(`levi.${name}`);
  const values = taskValues({ ...shape, batch: batchSize, input, weight });
  const views = leviViews(
    {
      adaptFeatures: pieces.map(({ parameter: name }) => parameter(name)),
      adaptTask: parameter('levi.adapt_task'),
      adaptBias: parameter('levi.adapt_bias'),
      head: parameter('levi.head'),
      headBias: parameter('levi.head_bias'),
    },
    {
      features: pieces.map((piece) => input(piece.input, piece.dims)),
      taskOutput: taskOutput(shape.task, values),
      viewMask: neverHidingFields(graph, shape, input('view_mask', [taps, batchSize, 1])),
      headMask: input('head_mask', [taps, batchSize, adaptingWidth]),
    },
  );
  const loss = { targets: input('targets', [batchSize, outputs]), sampleWeights: input('sample_weights', [batchSize]) };
  const rowLoss = lossOf(data.family, config.loss);
  return { loss: leviLoss(views, loss, { beta: config.beta, rowLoss }), logits: ensembleViews(views) };
}

/** View dropout is against leaning on what the backbone reads, too. Fields it cannot read: hiding them only costs. */
function neverHidingFields(graph: Graph, { outputs, task }: LeviShape, mask: Value): Value {
  if (task.fieldInputs === 0) return mask;
  const width = taskWidth(task, outputs);
  const isField = (index: number): boolean => index >= outputs && index < outputs + FIELDS_OUTPUTS;
  const constant = (of: (index: number) => boolean): Value =>
    graph.constant(
      tensor(
        Float32Array.from({ length: width }, (_, index) => Number(of(index))),
        [1, 1, width],
      ),
    );
  return add(
    mul(
      mask,
      constant((index) => !isField(index)),
    ),
    constant(isField),
  );
}

function drawMasks({ taps, batchSize, adaptingWidth }: LeviShape, { config }: EpochOptions, random: Random): Feeds {
  const seen = bernoulliArray(random, taps * batchSize, 1 - config.viewDropout);
  const kept = dropoutMask(random, taps * batchSize * adaptingWidth, config.headDropout);
  return {
    view_mask: tensor(seen, [taps, batchSize, 1]),
    head_mask: tensor(kept, [taps, batchSize, adaptingWidth]),
  };
}

/** Uniform within the inverse root of each layer's number of inputs, as a linear layer of PyTorch starts. */
function initialParameters(shape: LeviShape, random: Random): Readonly<Record<string, Float32Array>> {
  const { taps, width, outputs, task, adaptingWidth } = shape;
  const taskNumbers = taskWidth(task, outputs);
  const adaptBound = 1 / Math.sqrt(width + taskNumbers);
  const headBound = 1 / Math.sqrt(adaptingWidth);
  return {
    [ADAPT_FEATURES]: uniformArray(random, taps * width * adaptingWidth, adaptBound),
    'levi.adapt_task': uniformArray(random, taps * taskNumbers * adaptingWidth, adaptBound),
    'levi.adapt_bias': uniformArray(random, taps * adaptingWidth, adaptBound),
    'levi.head': uniformArray(random, taps * adaptingWidth * outputs, headBound),
    'levi.head_bias': uniformArray(random, taps * outputs, headBound),
    ...prefixed('levi.', initialTaskWeights(task, random)),
  };
}
