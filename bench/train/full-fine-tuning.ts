import { padBatch } from '../../gpu-worker/src/batching/pad-batch.ts';
import { prepareBackbone } from '../../gpu-worker/src/backbones/prepare-backbone.ts';
import { loadTokenizer } from '../../gpu-worker/src/tokenizer/load-tokenizer.ts';
import { DEFAULT_BACKBONE } from '../../src/contract/index.ts';
import { tensor } from '../../src/engine/index.ts';
import type { LabelledText } from '../../tests/support/example-texts.ts';
import type { Peer } from '../pytorch/peer.ts';

const BATCH = 32;
const EPOCHS = 3;
/** Of the batches, every so many is timed. */
const MEASURED_SHARE = 8;
const MINILM = { vocabulary: 30_522, positions: 512, width: 384, inner_width: 1_536, heads: 12, layers: 6 } as const;

export interface FullFineTuning {
  /** Of three epochs over all texts, scaled from the measured batches by their tokens. */
  readonly ms: number;
  readonly measuredMs: number;
  readonly measuredBatches: number;
  readonly batches: number;
}

/** Three epochs in which PyTorch trains every weight of MiniLM: batches of 32 texts of about one length, AdamW, no dropout. */
export async function measureFullFineTuning(peer: Peer, rows: readonly LabelledText[]): Promise<FullFineTuning> {
  const batches = await batchesOf(rows);
  const measured = batches.filter((_, index) => index % MEASURED_SHARE === MEASURED_SHARE / 2);
  const tokens = (some: readonly Batch[]): number => some.reduce((sum, { ids }) => sum + ids.length, 0);
  await using training = await peer.open({
    name: 'full fine-tuning',
    model: 'fine_tuning',
    tensors: Object.assign({}, ...measured.map(toTensors)),
    options: {
      ...MINILM,
      classes: new Set(rows.map(({ label }) => label)).size,
      batches: measured.length,
      learning_rate: 5e-5,
      weight_decay: 0.01,
      seed: 1,
    },
  });
  await training.time(1);
  const times = await training.time(measured.length);
  const measuredMs = times.reduce((sum, ms) => sum + ms, 0);
  return {
    ms: (EPOCHS * measuredMs * tokens(batches)) / tokens(measured),
    measuredMs,
    measuredBatches: measured.length,
    batches: batches.length,
  };
}

interface Batch {
  readonly ids: Int32Array;
  readonly lengths: Int32Array;
  readonly targets: Int32Array;
  readonly columns: number;
}

async function batchesOf(rows: readonly LabelledText[]): Promise<readonly Batch[]> {
  const backbone = await prepareBackbone(DEFAULT_BACKBONE);
  if (backbone.modality !== 'text') throw new Error(`${backbone.id} reads no texts`);
  const { maxTokens } = backbone;
  const tokenizer = await loadTokenizer(backbone.folder);
  const labels = [...new Set(rows.map(({ label }) => label))];
  const encoded = rows
    .map(({ text, label }) => ({ ids: tokenizer.encode(text, maxTokens).ids, target: labels.indexOf(label) }))
    .toSorted((a, b) => a.ids.length - b.ids.length);
  return Array.from({ length: Math.ceil(encoded.length / BATCH) }, (_, index) => {
    const chosen = encoded.slice(index * BATCH, (index + 1) * BATCH);
    return { ...padBatch(chosen), targets: Int32Array.from(chosen, ({ target }) => target) };
  });
}

const toTensors = ({ ids, lengths, targets, columns }: Batch, index: number) => ({
  [`ids${index}`]: tensor(ids, [targets.length, columns]),
  [`lengths${index}`]: tensor(lengths, [targets.length]),
  [`targets${index}`]: tensor(targets, [targets.length]),
});
