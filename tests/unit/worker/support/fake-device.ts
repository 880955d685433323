import type { DevicePort, TrainingOutcome, TrainingRequest } from '../../../../gpu-worker/src/device/device.ts';
import { createFeatureCache } from '../../../../gpu-worker/src/features/feature-cache.ts';
import { LevigateError } from '../../../../src/contract/errors.ts';
import { ImageError } from '../../../../gpu-worker/src/images/image-error.ts';
import type { ReadImage } from '../../../../gpu-worker/src/images/image-reader.ts';
import { THUMBNAIL_BYTES } from '../../../../gpu-worker/src/images/thumbnail.ts';
import { createResidentBackbones } from '../../../../gpu-worker/src/resident/resident-backbones.ts';
import type { ResidentBackbones } from '../../../../gpu-worker/src/resident/resident-backbones.ts';
import type { TokenSequence, Tokenizer } from '../../../../gpu-worker/src/tokenizer/load-tokenizer.ts';
import type { FineTuneEvent } from '../../../../src/levi/index.ts';

export const TAPS = 2;
export const WIDTH = 3;
/** Longer texts (a token a character here) are truncated. */
export const MAX_TOKENS = 16;

export const graph = {
  id: 'tiny',
  fingerprint: 'fingerprint-of-tiny',
  graphPath: '/none',
  taps: TAPS,
  width: WIDTH,
  idsDtype: 'int32',
} as const;

export type Train = (request: TrainingRequest) => AsyncGenerator<FineTuneEvent, TrainingOutcome>;

/** A device whose features are each text's length, or each image's first number, repeated. */
export function createFakeDevice(train: Train): DevicePort {
  return {
    info: Promise.resolve({ device: 'cpu', threads: 1, reasons: [] }),
    load: async () => {},
    embed: async (_backbone, batch) => ({
      features: Float32Array.from({ length: batch.rows * TAPS * WIDTH }, (_, index) => {
        const row = Math.floor(index / (TAPS * WIDTH));
        return 'pixels' in batch
          ? (batch.pixels[row * 3 * batch.height * batch.width] ?? 0)
          : (batch.lengths[row] ?? 0);
      }),
      inferenceMs: 1,
    }),
    train,
  };
}

/** What stands for an encoded image: its first byte is all there is to see; one of 255 cannot be read. */
async function readFakeImage([content = 0]: Uint8Array): Promise<ReadImage> {
  if (content === 255) throw new ImageError('is damaged');
  return { pixels: new Float32Array(3).fill(content), thumbnail: new Uint8Array(THUMBNAIL_BYTES).fill(content) };
}

/** `tiny`, with a token a character, and `tiny-vit`, which reads images of one pixel; `slow` is never ready, `unknown` is none. */
export const createFakeBackbones = (device: DevicePort): ResidentBackbones =>
  createResidentBackbones({
    device,
    cache: createFeatureCache({ maxBytes: 1_000_000 }),
    signal: new AbortController().signal,
    batching: {
      tokenBudget: 64,
      sizes: [],
      leastBudget: 1,
      maxImages: 2,
      windowMs: 0,
      maxQueued: 1_000,
      standingMs: 10_000,
      freeCalls: 64,
      calibration: null,
    },
    open: async (name) => {
      if (name === 'slow') await new Promise(() => {});
      if (name === 'unknown') throw new LevigateError('unknown_backbone', `There is no backbone '${name}'.`);
      if (name === 'tiny-vit') {
        const imageGraph = { ...graph, id: 'tiny-vit', idsDtype: null };
        return { modality: 'image', graph: imageGraph, imageSize: { height: 1, width: 1 }, readImage: readFakeImage };
      }
      return {
        modality: 'text',
        graph,
        maxTokens: MAX_TOKENS,
        tokenizer: fakeTokenizer,
      };
    },
  });

/** A token a character, of no special ones; the vocabulary is the Basic Latin letters. */
const fakeTokenizer: Tokenizer = {
  encode: (text, maxLength, cut) => fit(codesOf(text), maxLength, cut),
  enclose: (ids, maxLength, cut) => {
    const unknown = ids.find((id) => id > 0x7f);
    if (unknown !== undefined) throw new RangeError(`${unknown} is not a token of this model`);
    return fit(ids, maxLength, cut);
  },
  describe: (text) =>
    codesOf(text).map((id, at) => ({ id, text: text.charAt(at), special: false, start: at, stop: at + 1 })),
  decode: (ids) => String.fromCodePoint(...ids),
};

const codesOf = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0) ?? 0);

function fit(ids: readonly number[], maxLength: number, cut = 'end'): TokenSequence {
  const kept = cut === 'end' ? ids.slice(0, maxLength) : ids.slice(-maxLength);
  return { ids: Int32Array.from(kept), isTruncated: ids.length > maxLength };
}

const figure = { value: 1, low: null, high: null };

/** A result as the method gives it, with nothing measured. */
export function outcome(adapter = Uint8Array.of(1, 2, 3)): TrainingOutcome {
  const curve = [
    { method: 'levi', epoch: 1, step: 10, train_loss: 0.5, train_score: 0.75, valid_loss: 0.25, valid_score: 1 },
  ] satisfies TrainingOutcome['curve'];
  return {
    adapter,
    curve,
    checkpoints: [],
    driftReference: { rows: 2, labels: { even: 1, odd: 1 } },
    report: {
      object: 'fine_tuning.report',
      target: 'label',
      task: 'single_label',
      metric: { name: 'accuracy', higher_is_better: true },
      other_targets: [],
      served: 'levi',
      chosen_by: 'request',
      verdict: '',
      methods: [],
      gain: {
        over_linear_probe: null,
        over_best_baseline: { method: 'ensemble', id: figure, ood: null, groups: null, shifts: [], seeds: 1 },
      },
      confusion: { labels: ['even', 'odd'], counts: [] },
      per_class: ['even', 'odd'].map((label) => ({ label, support: 1, precision: 1, recall: 1, f1: 1 })),
      risk_coverage: [],
      worst_shift: null,
      worst_group: null,
      search: [],
      seeds: [],
      curve,
      data: { rows: 12, train: 8, validation: 2, test: 2, labels: {}, truncated_texts: 0, duplicate_texts: 0 },
      provenance: {
        backbone: 'tiny',
        backbone_fingerprint: graph.fingerprint,
        engine_version: '0',
        seed: 1,
        threads: 1,
        device: 'cpu',
        runtime: 'none',
        training_file_sha256: '',
        validation_file_sha256: null,
      },
      lint: [],
      notes: [],
    },
  };
}
