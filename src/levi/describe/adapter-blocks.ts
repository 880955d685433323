import type { GraphBlock } from '../../contract/model-graph.ts';
import { MEAN, SCALE, taskTables } from '../adapter/adapter.ts';
import type { Adapter } from '../adapter/adapter.ts';
import { PROBE_SHARE, ruleOf } from '../methods/method-rules.ts';
import { PART_RULES } from '../methods/parts.ts';
import type { PartKey, TaskPart } from '../methods/parts.ts';
import { taskWeightShapes, taskWidth } from '../task-model/task-output.ts';
import { CENTER, DEVIATION, FAMILY_GRAPHS, INVERSE_TEMPERATURE, SCALE_OF_TARGET } from '../tasks/family-graphs.ts';
import { POOLING, RECORD } from './backbone-blocks.ts';

/** Ids of a target's blocks, which no other target's may be. */
export type BlockId = (name: string) => string;

type Shapes = Readonly<Record<string, readonly number[]>>;
type Made = Pick<GraphBlock, 'title' | 'detail' | 'shape' | 'parameters' | 'reads'>;

/** What a target computes from the pooled features and the raw record, down to its answer. */
export function adapterBlocks(adapter: Adapter, id: BlockId): readonly GraphBlock[] {
  const { method, family, outputs } = adapter.architecture.spec;
  const { parts: keys, weights } = ruleOf(method);
  const parts = keys.flatMap((key) => PART_BLOCKS[key](adapter, id));
  const standardises = parts.some(({ reads }) => reads.includes(id('standardise')));
  const isEnsemble = keys.length > 1 || keys.includes('levi');
  const last = keys.map((key) => id(key));
  const answers = block(id('answer'), {
    title: 'answer',
    detail: calibrationOf(adapter),
    shape: ['B', outputs],
    parameters: FAMILY_GRAPHS[family].weights.length,
    reads: isEnsemble ? [id('ensemble')] : last,
  });
  const ensemble = block(id('ensemble'), {
    title: 'ensemble',
    detail: ensembleOf(adapter, keys),
    shape: ['B', outputs],
    parameters: sizeOf(weights),
    reads: last,
  });
  return [
    ...(standardises ? [standardiseBlock(adapter, id)] : []),
    ...parts,
    ...(isEnsemble ? [ensemble] : []),
    { ...answers, kind: 'answer' },
  ];
}

function standardiseBlock(adapter: Adapter, id: BlockId): GraphBlock {
  const { taps, width } = adapter.architecture.spec;
  return block(id('standardise'), {
    title: 'standardise',
    detail: layersOf(adapter, [...adapter.layers.keys()]),
    shape: ['B', taps, width],
    parameters: sizeOf(chosen(adapter, [MEAN, SCALE])),
    reads: [POOLING],
  });
}

type MakeBlocks = (adapter: Adapter, id: BlockId) => readonly GraphBlock[];

const probeBlock =
  (key: 'probe' | 'head2toe', title: string): MakeBlocks =>
  (adapter, id) => [
    block(id(key), {
      title,
      detail: layersOf(adapter, adapter.architecture.spec.probeTaps),
      shape: ['B', adapter.architecture.spec.outputs],
      parameters: sizeOf(PART_RULES[key].weights(adapter.architecture.spec)),
      reads: [id('standardise')],
    }),
  ];

/** How each part of a method is drawn, its task model before it. */
const PART_BLOCKS = {
  prior: (adapter, id) => [
    block(id('prior'), {
      title: 'label frequencies',
      detail: 'reads nothing',
      shape: ['B', adapter.architecture.spec.outputs],
      parameters: sizeOf(PART_RULES.prior.weights(adapter.architecture.spec)),
      reads: [],
    }),
  ],
  probe: probeBlock('probe', 'linear probe'),
  head2toe: probeBlock('head2toe', 'head2toe probe'),
  task: (adapter, id) => {
    const { spec } = adapter.architecture;
    const own = sizeOf(PART_RULES.task.weights(spec));
    return [
      block(id('task'), {
        title: 'task model alone',
        detail: readsOfTask(adapter),
        shape: ['B', spec.outputs],
        parameters: own + tableSizes('task', adapter),
        reads: [RECORD],
      }),
    ];
  },
  levi: (adapter, id) => {
    const { spec } = adapter.architecture;
    const isHeard = !(ruleOf(spec.method).hasSilentTask ?? false);
    const networks = sizeOf(taskWeightShapes(spec.task));
    const task = block(id('levi.task'), {
      title: 'task model',
      detail: readsOfTask(adapter),
      shape: ['B', taskWidth(spec.task, spec.outputs)],
      parameters: networks + tableSizes('levi', adapter),
      reads: [RECORD],
    });
    const views = block(id('levi'), {
      title: 'LEVI views',
      detail: `${spec.taps} adapting layers, ${spec.adaptingWidth} wide${spec.isGated ? ', gated' : ''}`,
      shape: [spec.taps, 'B', spec.outputs],
      parameters: sizeOf(PART_RULES.levi.weights(spec)) - networks,
      reads: [id('standardise'), ...(isHeard ? [task.id] : [])],
    });
    return isHeard ? [task, views] : [views];
  },
} as const satisfies Record<PartKey, MakeBlocks>;

const block = (id: string, made: Made): GraphBlock => ({ id, kind: 'part', nodes: null, ...made });

/** Layers by their numbers in the backbone; `positions` among those that the adapter reads. */
function layersOf({ layers }: Adapter, positions: readonly number[]): string {
  const numbers = positions.map((position) => layers[position] ?? position);
  const [first = 0] = numbers;
  const last = numbers.at(-1) ?? first;
  if (first === last) return `layer ${first}`;
  const isRun = last - first === numbers.length - 1;
  return `layers ${isRun ? `${first}-${last}` : numbers.join(', ')}`;
}

function readsOfTask({ architecture, manifest }: Adapter): string {
  const { fieldInputs, imageSize } = architecture.spec.task;
  const reads = [
    ...(manifest.without_text === true ? [] : ['n-grams']),
    ...(fieldInputs > 0 ? ['fields'] : []),
    ...(imageSize > 0 ? ['thumbnail'] : []),
  ];
  return `${reads.join(', ')}; from scratch`;
}

function ensembleOf(adapter: Adapter, keys: readonly PartKey[]): string {
  const views = keys.includes('levi') ? [`mean of ${adapter.architecture.spec.taps} views`] : [];
  const share = numberOf(adapter, PROBE_SHARE);
  return [...views, ...(share === null ? [] : [`probe's share ${share.toFixed(2)}`])].join('; ') || 'average';
}

const CALIBRATIONS = {
  softmax: temperatureOf,
  sigmoid: temperatureOf,
  squared: (adapter: Adapter): string =>
    `${rounded(numberOf(adapter, CENTER))} + ${rounded(numberOf(adapter, SCALE_OF_TARGET))} x, error ${rounded(numberOf(adapter, DEVIATION))}`,
} as const;

const calibrationOf = (adapter: Adapter): string => CALIBRATIONS[adapter.architecture.spec.family](adapter);

function temperatureOf(adapter: Adapter): string {
  const { family } = adapter.architecture.spec;
  return `${family}, temperature ${rounded(1 / (numberOf(adapter, INVERSE_TEMPERATURE) ?? 1))}`;
}

const rounded = (value: number | null): string => String(Number((value ?? 0).toPrecision(3)));
const numberOf = ({ tensors }: Adapter, name: string): number | null => {
  const tensor = tensors[name];
  return tensor === undefined ? null : Number(tensor.data[0]);
};

const sizeOf = (shapes: Shapes): number =>
  Object.values(shapes).reduce((sum, dims) => sum + dims.reduce((product, size) => product * size, 1), 0);

const chosen = ({ tensors }: Adapter, names: readonly string[]): Shapes =>
  Object.fromEntries(names.map((name) => [name, tensors[name]?.dims ?? [0]]));

/** Of the embeddings and n-gram scores that stay on the host. */
const tableSizes = (part: TaskPart, adapter: Adapter): number =>
  sizeOf(
    chosen(
      adapter,
      taskTables(part, adapter).map(({ name }) => name),
    ),
  );
