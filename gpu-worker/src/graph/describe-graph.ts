import { readFile } from 'node:fs/promises';
import type { WorkerRequest, WorkerResponse } from '../../../src/contract/worker-verbs.ts';
import { describeModel, readBackboneGraph } from '../../../src/levi/index.ts';
import type { AdapterStore } from '../adapters/adapter-store.ts';
import { requireBackbone } from '../predict/require-backbone.ts';
import type { ResidentBackbones } from '../resident/resident-backbones.ts';

export interface DescribeGraphDependencies {
  readonly backbones: ResidentBackbones;
  readonly adapters: Pick<AdapterStore, 'hold'>;
  readonly readyWithinMs?: number;
}

/** How a model is put together, read from the prepared backbone's graph and the adapter. */
export function createDescribeGraph({ backbones, adapters, readyWithinMs = 1_000 }: DescribeGraphDependencies) {
  return async ({ backbone, model, adapter }: WorkerRequest<'graph'>): Promise<WorkerResponse<'graph'>> => {
    const { graph, modality } = await requireBackbone(backbones, backbone, { withinMs: readyWithinMs });
    const { summary, dtype } = readBackboneGraph(await readFile(graph.graphPath));
    using held = adapter === null ? null : await adapters.hold(adapter.sha256);
    const { id, fingerprint, taps, width } = graph;
    const facts = { id, fingerprint, modality, dtype, taps, width };
    return describeModel({ model, backbone: facts, summary, targets: held?.adapters ?? [] });
  };
}
