import { getLogger } from '@logtape/logtape';
import { createBatcher } from '../batching/batcher.ts';
import type { Batcher, BatcherOptions } from '../batching/batcher.ts';
import type { BackboneGraph, DevicePort } from '../device/device.ts';
import type { FeatureCache } from '../features/feature-cache.ts';
import { createFeatureExtractor } from '../features/feature-extractor.ts';
import type { FeatureExtractor } from '../features/feature-extractor.ts';
import type { Tokenizer } from '../tokenizer/load-tokenizer.ts';

const log = getLogger(['levigate', 'worker', 'backbones']);

/** A backbone on disk, with what is needed to feed it. */
export interface OpenedBackbone {
  readonly graph: BackboneGraph;
  readonly maxTokens: number;
  readonly tokenizer: Tokenizer;
}

/** A backbone that answers now. */
export interface ResidentBackbone extends OpenedBackbone {
  readonly extractor: FeatureExtractor;
}

export interface ResidentBackbones {
  /** Fetches, prepares and loads it on first use; callers of the same one share the work, and a failure is tried anew. */
  ensure(name: string): Promise<ResidentBackbone>;
  find(name: string): ResidentBackbone | undefined;
  readonly ready: readonly string[];
  readonly queuedInputs: number;
}

export interface ResidentBackbonesOptions {
  readonly open: (name: string) => Promise<OpenedBackbone>;
  readonly device: DevicePort;
  readonly cache: FeatureCache;
  readonly batching: Omit<BatcherOptions, 'embed'>;
}

export function createResidentBackbones({
  open,
  device,
  cache,
  batching,
}: ResidentBackbonesOptions): ResidentBackbones {
  const opening = new Map<string, Promise<ResidentBackbone>>();
  const residents = new Map<string, ResidentBackbone>();
  const batchers: Batcher[] = [];

  async function load(name: string): Promise<ResidentBackbone> {
    const opened = await open(name);
    await device.load(opened.graph);
    const batcher = createBatcher({ ...batching, embed: (batch) => device.embed(opened.graph, batch) });
    batchers.push(batcher);
    const { fingerprint } = opened.graph;
    const resident = {
      ...opened,
      extractor: createFeatureExtractor({ backboneFingerprint: fingerprint, cache, batcher }),
    };
    residents.set(name, resident);
    log.info('a backbone is ready', { backbone: name, fingerprint });
    return resident;
  }

  return {
    ensure: (name) => {
      const known = opening.get(name);
      if (known) return known;
      const loading = load(name);
      opening.set(name, loading);
      loading.catch(() => opening.delete(name));
      return loading;
    },
    find: (name) => residents.get(name),
    get ready() {
      return [...residents.keys()];
    },
    get queuedInputs() {
      return batchers.reduce((sum, batcher) => sum + batcher.queuedInputs, 0);
    },
  };
}
