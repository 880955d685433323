import { getLogger } from '@logtape/logtape';
import { prepareBackbone } from '../backbones/prepare-backbone.ts';
import type { PreparedBackbone } from '../backbones/prepared-backbone.ts';
import { createProgressBar } from '../backbones/progress-bar.ts';
import type { BackboneGraph, DevicePort } from '../device/device.ts';
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts';
import type { OpenedBackbone } from './resident-backbones.ts';

const log = getLogger(['levigate', 'worker', 'backbones']);

/** Fetches and prepares a backbone of the registry, tries it on the device, and opens its tokenizer. */
export async function openBackbone(name: string, device: DevicePort, signal: AbortSignal): Promise<OpenedBackbone> {
  const prepared = await prepareBackbone(name, {
    signal,
    onProgress: createProgressBar(),
    onWait: (holder) => log.info('another process is preparing the backbone', { backbone: name, ...holder }),
    probe: async (candidate) => {
      const lengths = Int32Array.of(5, 3);
      const ids = Int32Array.of(1, 2, 3, 4, 5, 1, 2, 3, 0, 0);
      const { features } = await device.embed(toGraph(candidate), { rows: 2, columns: 5, ids, lengths });
      return { dims: [2, candidate.taps, candidate.width], data: features };
    },
  });
  return {
    graph: toGraph(prepared),
    maxTokens: prepared.maxTokens,
    tokenizer: await loadTokenizer(prepared.tokenizerDir),
  };
}

const toGraph = ({ id, fingerprint, graphPath, taps, width, idsDtype }: PreparedBackbone): BackboneGraph => ({
  id,
  fingerprint,
  graphPath,
  taps,
  width,
  idsDtype,
});
