import { InferenceSession } from 'onnxruntime-node';
import { padBatch } from '../../gpu-worker/src/batching/pad-batch.ts';
import type { TokenRow } from '../../gpu-worker/src/batching/pad-batch.ts';
import { prepareBackbone } from '../../gpu-worker/src/backbones/prepare-backbone.ts';
import type { PreparedTextBackbone } from '../../gpu-worker/src/backbones/prepared-backbone.ts';
import { toTensors } from '../../gpu-worker/src/device/to-tensors.ts';
import { toOnnxTensors } from '../../gpu-worker/src/runtime/onnx-tensors.ts';
import { defaultThreads } from '../../gpu-worker/src/runtime/default-threads.ts';
import { loadTokenizer } from '../../gpu-worker/src/tokenizer/load-tokenizer.ts';
import { DEFAULT_BACKBONE } from '../../src/contract/index.ts';
import { tokenBatches } from '../bare-runtime.ts';
import { timed } from '../stopwatch.ts';

const TOKEN_BUDGETS = [128, 256, 512, 1_024, 2_048, 4_096];
const TRIES = 2;

/** Texts that are token ids already, sorted by length, to be run as fast as onnxruntime can. */
export interface BareTexts {
  readonly tokens: number;
  /** What was found to be fastest on these texts. */
  readonly settings: { readonly tokenBudget: number; readonly isSpinning: boolean };
  /** Milliseconds of all texts' forward passes. */
  time(): Promise<number>;
}

export interface BareBatches extends AsyncDisposable {
  readonly threads: number;
  /** Tries every batch size, and threads that spin and that do not, and keeps the fastest. */
  tune(texts: readonly string[]): Promise<BareTexts>;
}

/**
 * The baseline: onnxruntime in this process with the graph and as many threads as the worker has, and nothing else to do. It gets
 * all texts at once, so it can sort them better than a server that is asked for some at a time.
 */
export async function openBareBatches(): Promise<BareBatches> {
  const backbone = await prepareBackbone(DEFAULT_BACKBONE);
  if (backbone.modality !== 'text') throw new Error(`${backbone.id} reads no texts`);
  const { folder, graphPath, idsDtype, maxTokens } = backbone;
  const tokenizer = await loadTokenizer(folder);
  const threads = defaultThreads();
  const [quiet, spinning] = [
    await openSession(graphPath, { threads, isSpinning: false }),
    await openSession(graphPath, { threads, isSpinning: true }),
  ];

  async function timeAll(rows: readonly TokenRow[], { tokenBudget, isSpinning }: BareTexts['settings']) {
    const session = isSpinning ? spinning : quiet;
    const { ms } = await timed(async () => {
      for (const batch of tokenBatches(rows, tokenBudget)) await runBatch(session, batch, idsDtype);
    });
    return ms;
  }

  return {
    threads,
    tune: async (texts) => {
      const encoded = texts.map((text) => tokenizer.encode(text, maxTokens));
      const rows = encoded.toSorted((a, b) => a.ids.length - b.ids.length);
      let best = { ms: Number.POSITIVE_INFINITY, settings: { tokenBudget: 512, isSpinning: false } };
      const attempt = async (settings: BareTexts['settings']) => {
        for (let turn = 0; turn < TRIES; turn += 1) {
          const ms = await timeAll(rows, settings);
          if (ms < best.ms) best = { ms, settings };
        }
      };
      await timeAll(rows, best.settings);
      for (const tokenBudget of TOKEN_BUDGETS) await attempt({ tokenBudget, isSpinning: false });
      await attempt({ ...best.settings, isSpinning: true });
      const { settings } = best;
      const tokens = rows.reduce((sum, { ids }) => sum + ids.length, 0);
      return { tokens, settings, time: () => timeAll(rows, settings) };
    },
    [Symbol.asyncDispose]: async () => {
      await quiet.release();
      await spinning.release();
    },
  };
}

/** As the worker opens it, but for the spinning. */
function openSession(
  path: string,
  { threads, isSpinning }: { readonly threads: number; readonly isSpinning: boolean },
): Promise<InferenceSession> {
  return InferenceSession.create(path, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: isSpinning ? '1' : '0' } } },
  });
}

async function runBatch(
  session: InferenceSession,
  batch: readonly TokenRow[],
  idsDtype: PreparedTextBackbone['idsDtype'],
): Promise<void> {
  await session.run(toOnnxTensors(toTensors(padBatch(batch), idsDtype)));
}
