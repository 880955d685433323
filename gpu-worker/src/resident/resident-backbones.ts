import { getLogger } from '@logtape/logtape';
import { createBatcher } from '../batching/batcher.ts';
import type { BatcherOptions } from '../batching/batcher.ts';
import { padBatch } from '../batching/pad-batch.ts';
import { createSlots } from '../batching/slots.ts';
import { stackPixels } from '../batching/stack-pixels.ts';
import type { BackboneGraph, DevicePort } from '../device/device.ts';
import type { FeatureCache } from '../features/feature-cache.ts';
import { createFeatureExtractor } from '../features/feature-extractor.ts';
import type { FeatureExtractor } from '../features/feature-extractor.ts';
import { createImageExtractor } from '../features/image-extractor.ts';
import type { ImageExtractor } from '../features/image-extractor.ts';
import type { ReadImageFile } from '../images/image-reader.ts';
import type { Tokenizer } from '../tokenizer/load-tokenizer.ts';

const log = getLogger(['levigate', 'worker', 'backbones']);

/** A backbone on disk, with what is needed to feed it. */
export type OpenedBackbone = OpenedTextBackbone | OpenedImageBackbone;

export interface OpenedTextBackbone {
  readonly modality: 'text';
  readonly graph: BackboneGraph;
  readonly maxTokens: number;
  readonly tokenizer: Tokenizer;
}

export interface OpenedImageBackbone {
  readonly modality: 'image';
  readonly graph: BackboneGraph;
  readonly imageSize: { readonly height: number; readonly width: number };
  readonly readImage: ReadImageFile;
}

/** A backbone that answers now. */
export type ResidentBackbone = ResidentTextBackbone | ResidentImageBackbone;

export interface ResidentTextBackbone extends OpenedTextBackbone {
  readonly extractor: FeatureExtractor;
}

export interface ResidentImageBackbone extends OpenedImageBackbone {
  readonly extractor: ImageExtractor;
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
  readonly batching: Omit<BatcherOptions<never>, 'embed'> & {
    /** Images of a batch; their decoded pixels are what is held in memory. */
    readonly maxImages: number;
  };
}

// One batch on the device, one waiting for it, one being decoded.
const BATCHES_OF_PIXELS = 3;

export function createResidentBackbones({
  open,
  device,
  cache,
  batching: { maxImages, ...batching },
}: ResidentBackbonesOptions): ResidentBackbones {
  const opening = new Map<string, Promise<ResidentBackbone>>();
  const residents = new Map<string, ResidentBackbone>();
  const queues: (() => number)[] = [];

  async function load(name: string): Promise<ResidentBackbone> {
    const opened = await open(name);
    await device.load(opened.graph);
    const resident = opened.modality === 'image' ? feedImages(opened) : feedTexts(opened);
    residents.set(name, resident);
    log.info('a backbone is ready', { backbone: name, fingerprint: opened.graph.fingerprint });
    return resident;
  }

  function feedTexts(opened: OpenedTextBackbone): ResidentTextBackbone {
    const batcher = createBatcher<Int32Array>({
      ...batching,
      embed: (rows) => device.embed(opened.graph, padBatch(rows.map((ids) => ({ ids })))),
    });
    queues.push(() => batcher.queuedInputs);
    const { fingerprint: backboneFingerprint } = opened.graph;
    return { ...opened, extractor: createFeatureExtractor({ backboneFingerprint, cache, batcher }) };
  }

  function feedImages(opened: OpenedImageBackbone): ResidentImageBackbone {
    const batcher = createBatcher<Float32Array>({
      ...batching,
      tokenBudget: maxImages,
      maxRows: maxImages,
      embed: (images) => device.embed(opened.graph, stackPixels(images, opened.imageSize)),
    });
    const slots = createSlots({ count: BATCHES_OF_PIXELS * maxImages, maxWaiting: batching.maxQueued });
    queues.push(() => batcher.queuedInputs + slots.waiting);
    const { fingerprint: backboneFingerprint } = opened.graph;
    const { readImage } = opened;
    return { ...opened, extractor: createImageExtractor({ backboneFingerprint, cache, batcher, readImage, slots }) };
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
      return queues.reduce((sum, queued) => sum + queued(), 0);
    },
  };
}
