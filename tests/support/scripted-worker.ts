import { WORKER_VERBS } from '../../src/contract/index.ts';
import type { WorkerRequest, WorkerResponse, WorkerVerb } from '../../src/contract/index.ts';
import type { WorkerAnswer, WorkerTransport } from '../../src/services/ports.ts';

const TIMINGS = { queueMs: 1, tokenizationMs: 2, inferenceMs: 3 };
const USAGE = { input_tokens: 4, cached_inputs: 0 };

type Script = { readonly [Verb in WorkerVerb]?: (request: WorkerRequest<Verb>) => WorkerResponse<Verb> | WorkerAnswer };

/** Vectors in a plane: texts that begin with the same letter point the same way. */
const vectorOf = (text: string): number[] => {
  const angle = (text.charCodeAt(0) % 26) / 4;
  return [3 * Math.cos(angle), 3 * Math.sin(angle)];
};
const textOf = (input: WorkerRequest<'embed'>['inputs'][number]): string =>
  'tokens' in input ? String.fromCodePoint(...input.tokens) : (input.text ?? 'an image');

/** Answers in the forms of the protocol: billing or bug by the text's length, plane vectors, a token a character. */
const DEFAULTS: Required<Script> = {
  predict: ({ adapters, inputs, top_k: topK }) => ({
    data: inputs.flatMap(({ text = '' }, index) =>
      adapters.map(({ model }) => {
        const share = Math.min(0.9, text.length / 10);
        const labels = [
          { label: 'billing', score: 1 - share },
          { label: 'bug', score: share },
        ].sort((one, other) => other.score - one.score);
        const { label = null, score = null } = labels[0] ?? {};
        return {
          object: 'prediction' as const,
          index,
          model,
          label,
          score,
          labels: labels.slice(0, topK),
          disagreement: 0.25,
          shift_score: 0.5,
        };
      }),
    ),
    usage: USAGE,
    timings: TIMINGS,
  }),
  embed: ({ inputs }) => ({
    data: inputs.map((input) => vectorOf(textOf(input))),
    truncated: 0,
    usage: USAGE,
    timings: TIMINGS,
  }),
  embed_tokens: ({ inputs }) => ({
    data: inputs.map((input) => Array.from(textOf(input), vectorOf)),
    usage: USAGE,
    timings: TIMINGS,
  }),
  tokenize: ({ inputs }) => ({
    data: inputs.map((text) =>
      Array.from(text).map((character, at) => ({
        id: character.codePointAt(0) ?? 0,
        text: character,
        special: false,
        start: at,
        stop: at + 1,
      })),
    ),
  }),
  export: () => ({ bytes: 0 }),
  graph: ({ model, backbone }) => ({
    object: 'model.graph',
    model,
    backbone: { id: backbone, fingerprint: 'f'.repeat(64), modality: 'text', dtype: 'fp32', taps: 2, width: 3 },
    targets: [],
    blocks: [],
  }),
  decode: ({ inputs }) => ({ data: inputs.map((ids) => String.fromCodePoint(...ids)) }),
};

export interface AskedVerb {
  readonly verb: WorkerVerb;
  readonly request: unknown;
}

/** A worker transport that answers every verb by its script; `asked` keeps what came. */
export function createScriptedWorkers(script: Script = {}): { workers: WorkerTransport; asked: AskedVerb[] } {
  const asked: AskedVerb[] = [];
  const serve = (verb: WorkerVerb, body: string): WorkerAnswer => {
    const request = WORKER_VERBS[verb].request.parse(JSON.parse(body));
    asked.push({ verb, request });
    // The compiler does not follow a table's row from its key.
    const answer = (script[verb] ?? DEFAULTS[verb]) as (given: unknown) => object;
    const found = answer(request);
    return 'status' in found ? (found as WorkerAnswer) : { status: 200, body: JSON.stringify(found) };
  };
  return {
    asked,
    workers: {
      post: async ({ url, body }) => serve(new URL(url).pathname.slice(1) as WorkerVerb, body),
    },
  };
}

/** A worker's own refusal. */
export const refusal = (status: number, code: string, message = code): WorkerAnswer => ({
  status,
  body: JSON.stringify({ error: { message, type: 'x', param: null, code } }),
});
