import { LevigateError } from '../../../src/contract/errors.ts';
import type { WorkerRequest, WorkerResponse } from '../../../src/contract/worker-verbs.ts';
import { requireBackbone } from '../predict/require-backbone.ts';
import type { EmbedDependencies } from './embed.ts';
import { toSequences } from './to-sequences.ts';
import type { TokenStates } from './token-states.ts';

type Request = WorkerRequest<'embed_tokens'>;
type Response = WorkerResponse<'embed_tokens'>;

// Of one pass: what comes back is a vector a token, so batches are small.
const ROWS_A_PASS = 8;

/** What leaves the backbone's last layer at every token of each text; not cached. */
export function createEmbedTokens({
  backbones,
  states,
  readyWithinMs = 1_000,
}: EmbedDependencies & { readonly states: TokenStates }) {
  return async (request: Request, signal?: AbortSignal): Promise<Response> => {
    const backbone = await requireBackbone(backbones, request.backbone, { withinMs: readyWithinMs });
    if (backbone.modality === 'image') {
      throw new LevigateError('unsupported_option', `${request.backbone} reads images, which have no tokens.`, {
        param: 'model',
      });
    }
    const startedMs = performance.now();
    const sequences = toSequences(backbone, request);
    const tokenizationMs = performance.now() - startedMs;
    const data: number[][][] = [];
    for (let from = 0; from < sequences.length; from += ROWS_A_PASS) {
      signal?.throwIfAborted();
      const rows = await states(backbone.graph, sequences.slice(from, from + ROWS_A_PASS));
      data.push(...rows.map((row) => toVectors(row, backbone.graph.width)));
    }
    return {
      data,
      usage: { input_tokens: sequences.reduce((sum, { ids }) => sum + ids.length, 0), cached_inputs: 0 },
      timings: { queueMs: 0, tokenizationMs, inferenceMs: performance.now() - startedMs - tokenizationMs },
    };
  };
}

const toVectors = (row: Float32Array, width: number): number[][] =>
  Array.from({ length: row.length / width }, (_, token) =>
    Array.from(row.subarray(token * width, (token + 1) * width)),
  );
