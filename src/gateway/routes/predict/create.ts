import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { PredictRequest, PredictResponse } from '../../../contract/index.ts';
import { predict } from '../../../services/predict/predict.ts';
import { answerJson } from '../../answer-headers.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { refuseWhenFull } from '../../middleware/refuse-when-full.ts';
import { failures, json } from '../../openapi/responses.ts';
import { timingHeaders } from './set-timings.ts';

const route = createRoute({
  method: 'post',
  path: '/predict',
  tags: ['Predictions'],
  summary: 'Classify texts with one fine-tuned model or many',
  description: '`x-queue-time`, `x-tokenization-time` and `x-inference-time` in the answer are milliseconds.',
  middleware: refuseWhenFull,
  request: { body: { required: true, content: { 'application/json': { schema: PredictRequest } } } },
  responses: {
    200: json(PredictResponse, 'By input, then by model in the order of the request'),
    ...failures(400, 404, 502, 503, 504),
  },
});

export const registerPredict = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const { response, timings } = await predict(c.get('context'), c.req.valid('json'));
    return answerJson(c, response, timingHeaders(timings));
  });
