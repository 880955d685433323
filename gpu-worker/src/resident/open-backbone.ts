import { getLogger } from '@logtape/logtape';
import type { CatalogueEntry } from '../../../src/contract/catalogue.ts';
import { prepareBackbone } from '../backbones/prepare-backbone.ts';
import { createProgressBar } from '../backbones/progress-bar.ts';
import type { DevicePort } from '../device/device.ts';
import { createImageReader } from '../images/image-reader.ts';
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts';
import type { OpenedBackbone } from './resident-backbones.ts';
import { toGraph } from './to-graph.ts';
import { probeBatch } from './trial-batch.ts';

const log = getLogger(['levigate', 'worker', 'backbones']);

export interface OpenOptions {
  readonly device: DevicePort;
  readonly catalogue: readonly CatalogueEntry[];
  readonly signal: AbortSignal;
}

/** Fetches and prepares a backbone, tries it on the device, and opens its tokenizer or its image processor. */
export async function openBackbone(name: string, { device, catalogue, signal }: OpenOptions): Promise<OpenedBackbone> {
  const prepared = await prepareBackbone(name, {
    signal,
    catalogue,
    onProgress: createProgressBar(),
    onWait: (holder) => log.info('another process is preparing the backbone', { backbone: name, ...holder }),
    probe: async (candidate) => {
      const { features } = await device.embed(toGraph(candidate), probeBatch(candidate));
      return { dims: [2, candidate.taps, candidate.width], data: features };
    },
  });
  const graph = toGraph(prepared);
  // The other process reads the weights while this one reads the vocabulary; whoever loads the graph next hears of a failure.
  device.load(graph).catch(() => {});
  if (prepared.modality === 'image') {
    // What it stands on takes as long to load as all else here.
    const { loadImageProcessor } = await import('../images/load-image-processor.ts');
    const readImage = createImageReader(await loadImageProcessor(prepared.folder));
    return { modality: 'image', graph, imageSize: prepared.imageSize, readImage };
  }
  const tokenizer = await loadTokenizer(prepared.folder);
  return { modality: 'text', graph, maxTokens: prepared.maxTokens, tokenizer };
}
