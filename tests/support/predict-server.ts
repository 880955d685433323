import { Hono } from 'hono';
import { WorkerPredictRequest } from '../../src/contract/index.ts';
import { startHttpServer } from '../../src/platform/node/http-server.ts';
import type { HttpServer } from '../../src/platform/node/http-server.ts';

/** A worker's `/predict` over real HTTP that answers each input with itself as label. */
export function startPredictServer(): Promise<HttpServer> {
  const { fetch } = new Hono().post('/predict', async (c) => {
    const { adapters, inputs } = WorkerPredictRequest.parse(await c.req.json());
    const data = adapters.flatMap(({ model }) =>
      inputs.map(({ text = 'an image' }, index) => ({
        object: 'prediction',
        index,
        model,
        label: text,
        score: 1,
        labels: [],
        disagreement: 0,
        shift_score: 0.5,
      })),
    );
    const timings = { queueMs: 0, tokenizationMs: 0, inferenceMs: 0 };
    return c.json({ data, usage: { input_tokens: 1, cached_inputs: 0 }, timings });
  });
  return startHttpServer({ fetch, host: '127.0.0.1', port: 0 });
}
