import { WorkerPredictRequest } from '../../src/contract/index.ts';
import type { WorkerPredictResponse } from '../../src/contract/index.ts';
import type { WorkerAnswer, WorkerCall } from '../../src/services/ports.ts';

/** A worker's answer to every input for every adapter, in an order of its own: each text is its own label. */
export function answerAll({ body }: Pick<WorkerCall, 'body'>): WorkerAnswer {
  const { adapters, inputs } = WorkerPredictRequest.parse(JSON.parse(body));
  const data = adapters.flatMap(({ model }) =>
    inputs.map(({ text = 'an image' }, index) => ({
      object: 'prediction' as const,
      index,
      model,
      label: text,
      score: 0.9,
      labels: [{ label: text, score: 0.9 }],
      disagreement: 0.1,
      shift_score: 0.5,
    })),
  );
  const response: WorkerPredictResponse = {
    data,
    usage: { input_tokens: 4 * inputs.length, cached_inputs: 1 },
    timings: { queueMs: 1.234, tokenizationMs: 2, inferenceMs: 3.5 },
  };
  return { status: 200, body: JSON.stringify(response) };
}

/** What a worker says when it does not answer. */
export const refuse = (status: number, code: string, retryAfter: string | null = null): WorkerAnswer => ({
  status,
  body: JSON.stringify({ error: { message: `refused: ${code}`, type: 'server_error', param: null, code } }),
  retryAfter,
});
