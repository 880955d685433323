import { getLogger } from '@logtape/logtape';
import type { Overload } from '../../../src/contract/overload.ts';
import type { AdmissionOptions } from '../batching/admission.ts';
import { createBatcher } from '../batching/batcher.ts';
import type { Batcher, RunBatch } from '../batching/batcher.ts';
import type { CalibrationPlace } from '../batching/calibration-file.ts';
import { padBatch } from '../batching/pad-batch.ts';
import type { BatchLimits } from '../batching/pick-batch.ts';
import { createSlots } from '../batching/slots.ts';
import { stackPixels } from '../batching/stack-pixels.ts';
import { tuneLimits } from '../batching/tune-limits.ts';
import type { BackboneGraph, DevicePort } from '../device/device.ts';
import type { FeatureCache } from '../features/feature-cache.ts';
import { createFeatureExtractor } from '../features/feature-extractor.ts';
import type { FeatureExtractor } from '../features/feature-extractor.ts';
import { createImageExtractor } from '../features/image-extractor.ts';
import type { ImageExtractor } from '../features/image-extractor.ts';
import type { ReadImageFile } from '../images/image-reader.ts';
import type { Tokenizer } from '../tokenizer/load-tokenizer.ts';
import { trialBatch } from './trial-batch.ts';

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

interface Serving {
  /** While its requests are refused for the time they would wait; null in ordinary times. */
  readonly overload: () => Overload | null;
}

export interface ResidentTextBackbone extends OpenedTextBackbone, Serving {
  readonly extractor: FeatureExtractor;
}

export interface ResidentImageBackbone extends OpenedImageBackbone, Serving {
  readonly extractor: ImageExtractor;
}

export interface ResidentBackbones {
  /** Fetches, prepares and loads it on first use; callers of the same one share the work, and a failure is tried anew. */
  ensure(name: string): Promise<ResidentBackbone>;
  find(name: string): ResidentBackbone | undefined;
  readonly ready: readonly string[];
  readonly queuedInputs: number;
  readonly queuedTokens: number;
}

/** What a batch may hold, for texts and for images, as long as the device was not measured. */
export interface BatchPlan {
  readonly tokenBudget: number;
  /** Texts' batches to try, in tokens, ascending. */
  readonly sizes: readonly number[];
  /** The smallest of them to choose. */
  readonly leastBudget: number;
  /** Images of a batch at most; their decoded pixels are what is held in memory. */
  readonly maxImages: number;
}

export interface BatchingOptions extends AdmissionOptions, BatchPlan {
  readonly windowMs: number;
  /** Batches that the device runs side by side. */
  readonly lanes?: number;
  /** Where measurements of this device are kept; null: the plan stays as it is. */
  readonly calibration: Omit<CalibrationPlace, 'backboneFingerprint'> | null;
  /** The device trains, or does other work that no batcher knows of. */
  readonly isDeviceTaken?: () => boolean;
  readonly onBatch?: (batch: RunBatch) => void;
}

export interface ResidentBackbonesOptions {
  readonly open: (name: string) => Promise<OpenedBackbone>;
  readonly device: DevicePort;
  readonly cache: FeatureCache;
  readonly batching: BatchingOptions;
  /** Ends what runs in the background. */
  readonly signal: AbortSignal;
}

interface Queue {
  readonly inputs: () => number;
  readonly tokens: () => number;
  readonly isIdle: () => boolean;
}

// One batch on the device, one waiting for it, one being decoded.
const BATCHES_OF_PIXELS = 3;
// Of the shortest texts, a few words.
const LEAST_TOKENS_A_TEXT = 8;

export function createResidentBackbones(options: ResidentBackbonesOptions): ResidentBackbones {
  const { open, device, cache, batching, signal } = options;
  const { isDeviceTaken = () => false, onBatch, windowMs, lanes = 1, ...admission } = batching;
  const opening = new Map<string, Promise<ResidentBackbone>>();
  const residents = new Map<string, ResidentBackbone>();
  const queues: Queue[] = [];
  const isIdle = (): boolean => !isDeviceTaken() && queues.every((queue) => queue.isIdle());

  async function load(name: string): Promise<ResidentBackbone> {
    const opened = await open(name);
    await device.load(opened.graph);
    const limits = await limitsOf(opened);
    const resident = opened.modality === 'image' ? feedImages(opened, limits) : feedTexts(opened, limits);
    residents.set(name, resident);
    log.info('a backbone is ready', { backbone: name, fingerprint: opened.graph.fingerprint });
    return resident;
  }

  async function limitsOf(opened: OpenedBackbone): Promise<() => BatchLimits> {
    const { graph, modality } = opened;
    const { calibration, tokenBudget, sizes, leastBudget, maxImages } = batching;
    const isImage = modality === 'image';
    return await tuneLimits({
      tokenBudget: isImage ? maxImages : tokenBudget,
      sizes: isImage ? powersUpTo(maxImages) : sizes,
      leastBudget: isImage ? 1 : leastBudget,
      leastTokensARow: isImage ? 1 : LEAST_TOKENS_A_TEXT,
      place: calibration && { ...calibration, backboneFingerprint: graph.fingerprint },
      run: async (tokens) => {
        // All lanes at once, as under load: they share the memory's bandwidth.
        const runs = Array.from({ length: lanes }, () => device.embed(graph, trialBatch(opened, tokens)));
        return Math.max(...(await Promise.all(runs)).map(({ inferenceMs }) => inferenceMs));
      },
      isIdle,
      signal,
    });
  }

  function keepCount<Content>(batcher: Batcher<Content>, waiting = () => 0): Batcher<Content> {
    queues.push({
      inputs: () => batcher.queuedInputs + waiting(),
      tokens: () => batcher.queuedTokens + waiting(),
      isIdle: () => batcher.isIdle,
    });
    return batcher;
  }

  function feedTexts(opened: OpenedTextBackbone, limits: () => BatchLimits): ResidentTextBackbone {
    const { graph } = opened;
    const batcher = createBatcher<Int32Array>({
      ...admission,
      windowMs,
      lanes,
      onBatch,
      limits,
      embed: (rows) => device.embed(graph, padBatch(rows.map((ids) => ({ ids })))),
    });
    const backboneFingerprint = graph.fingerprint;
    return {
      ...opened,
      overload: () => batcher.overload,
      extractor: createFeatureExtractor({ backboneFingerprint, cache, batcher: keepCount(batcher) }),
    };
  }

  function feedImages(opened: OpenedImageBackbone, limits: () => BatchLimits): ResidentImageBackbone {
    const { graph, imageSize, readImage } = opened;
    const batcher = createBatcher<Float32Array>({
      ...admission,
      windowMs,
      lanes,
      onBatch,
      limits,
      embed: (images) => device.embed(graph, stackPixels(images, imageSize)),
    });
    const slots = createSlots({ count: BATCHES_OF_PIXELS * batching.maxImages, maxWaiting: batching.maxQueued });
    const counted = keepCount(batcher, () => slots.waiting);
    const backboneFingerprint = graph.fingerprint;
    return {
      ...opened,
      overload: () => batcher.overload,
      extractor: createImageExtractor({ backboneFingerprint, cache, batcher: counted, readImage, slots }),
    };
  }

  const sum = (count: (queue: Queue) => number): number => queues.reduce((total, queue) => total + count(queue), 0);
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
      return sum(({ inputs }) => inputs());
    },
    get queuedTokens() {
      return sum(({ tokens }) => tokens());
    },
  };
}

function powersUpTo(most: number): number[] {
  return Array.from({ length: Math.floor(Math.log2(most)) + 1 }, (_, power) => 2 ** power);
}
