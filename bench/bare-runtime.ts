import { padBatch } from '../gpu-worker/src/batching/pad-batch.ts';
import type { TokenRow } from '../gpu-worker/src/batching/pad-batch.ts';
import { prepareBackbone } from '../gpu-worker/src/backbones/prepare-backbone.ts';
import { toTensors } from '../gpu-worker/src/device/to-tensors.ts';
import { createOnnxRuntime } from '../gpu-worker/src/runtime/onnx-runtime.ts';
import { loadTokenizer } from '../gpu-worker/src/tokenizer/load-tokenizer.ts';
import { DEFAULT_BACKBONE } from '../src/contract/index.ts';
import { timed } from './stopwatch.ts';

const TOKEN_BUDGETS = [256, 512, 1_024];

export interface BareRuntime extends AsyncDisposable {
  /** Milliseconds of the forward passes alone: sorted by length, the fastest of three token budgets. */
  bestMs(texts: readonly string[]): Promise<{ ms: number; tokenBudget: number }>;
}

/** onnxruntime with the same prepared graph and threads, nothing around it: the baseline of every ratio here. */
export async function openBareRuntime(): Promise<BareRuntime> {
  const backbone = await prepareBackbone(DEFAULT_BACKBONE);
  if (backbone.modality !== 'text') throw new Error(`${backbone.id} reads no texts`);
  const { idsDtype, maxTokens } = backbone;
  const tokenizer = await loadTokenizer(backbone.folder);
  const session = await createOnnxRuntime({ device: 'cpu' }).loadFile(backbone.graphPath);

  async function runAll(rows: readonly TokenRow[], tokenBudget: number): Promise<void> {
    for (const batch of tokenBatches(rows, tokenBudget)) await session.run(toTensors(padBatch(batch), idsDtype));
  }

  return {
    async bestMs(texts) {
      const rows = texts
        .map((text) => tokenizer.encode(text, maxTokens))
        .toSorted((a, b) => a.ids.length - b.ids.length);
      await runAll(rows.slice(0, 64), 512);
      let best = { ms: Number.POSITIVE_INFINITY, tokenBudget: 0 };
      for (const tokenBudget of TOKEN_BUDGETS) {
        const { ms } = await timed(() => runAll(rows, tokenBudget));
        if (ms < best.ms) best = { ms, tokenBudget };
      }
      return best;
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** Runs of rows whose number times the longest stays within the budget. */
export function* tokenBatches(sorted: readonly TokenRow[], tokenBudget: number): Generator<TokenRow[]> {
  let batch: TokenRow[] = [];
  for (const row of sorted) {
    if (batch.length > 0 && (batch.length + 1) * row.ids.length > tokenBudget) {
      yield batch;
      batch = [];
    }
    batch.push(row);
  }
  if (batch.length > 0) yield batch;
}
