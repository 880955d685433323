import type { GraphBlock, GraphTarget, ModelGraph } from '../../contract/model-graph.ts';
import type { LayerSummary } from '../../engine/tap/summarise-layers.ts';
import { liveValues } from '../../engine/graph/live-values.ts';
import type { TargetAdapter } from '../adapter/model-file.ts';
import { buildServingGraph } from '../predictor/build-serving-graph.ts';
import { adapterBlocks } from './adapter-blocks.ts';
import { backboneBlocks, RECORD } from './backbone-blocks.ts';
import type { BackboneFacts } from './backbone-blocks.ts';

export interface DescribedModel {
  readonly model: string;
  readonly backbone: BackboneFacts;
  /** Of the prepared graph; null where that is not at hand. */
  readonly summary: LayerSummary | null;
  /** None: the bare backbone. */
  readonly targets: readonly TargetAdapter[];
}

/** A model as it is drawn: the frozen backbone layer by layer, then what each target computes of its features. */
export function describeModel({ model, backbone, summary, targets }: DescribedModel): ModelGraph {
  const [only, ...others] = targets;
  const adapters =
    only !== undefined && others.length === 0
      ? adapterBlocks(only.adapter, (block) => block)
      : targets.flatMap(({ name, adapter }) =>
          adapterBlocks(adapter, (block) => `${name}.${block}`).map((block) => ({
            ...block,
            title: `${name}: ${block.title}`,
          })),
        );
  const readsRecord = adapters.some(({ reads }) => reads.includes(RECORD));
  return {
    object: 'model.graph',
    model,
    backbone,
    targets: targets.map(describeTarget),
    blocks: [...backboneBlocks(backbone, summary), ...(readsRecord ? [record] : []), ...adapters],
  };
}

const record: GraphBlock = {
  id: RECORD,
  kind: 'input',
  title: 'raw record',
  detail: 'as it was sent',
  shape: null,
  nodes: null,
  parameters: null,
  reads: [],
};

function describeTarget({ name, adapter }: TargetAdapter): GraphTarget {
  const { manifest, architecture } = adapter;
  const graph = buildServingGraph(architecture.spec);
  return {
    name,
    task: manifest.task,
    method: manifest.method,
    labels: [...manifest.labels],
    layers: [...manifest.layers],
    nodes: liveValues(graph.outputs.values()).filter(({ origin }) => origin.kind === 'node').length,
  };
}
