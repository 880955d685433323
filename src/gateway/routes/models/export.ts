import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { exportModel } from '../../../services/exports/export-model.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures } from '../../openapi/responses.ts';
import { contentDisposition } from '../files/content-disposition.ts';
import { ModelParams } from './model-params.ts';

const route = createRoute({
  method: 'get',
  path: '/models/{model}/export',
  tags: ['Models'],
  summary: "A model's weights as a tar",
  description:
    '`onnx`: a folder for Transformers.js, `pipeline("text-classification", folder)`, with `parity.json`: how far its answers lie from the server\'s on the validation rows. `adapter`: safetensors with a manifest, for another Levigate.',
  request: {
    params: ModelParams,
    query: z.object({
      format: z.enum(['onnx', 'adapter']),
      target: z.string().optional().describe('Of a model of several targets, with `onnx`'),
    }),
  },
  responses: {
    200: {
      description: 'The archive',
      content: { 'application/x-tar': { schema: { type: 'string', format: 'binary' } } },
    },
    ...failures(400, 404, 502, 503, 504),
  },
});

export const registerExportModel = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const { body, sizeBytes, filename } = await exportModel(c.get('context'), {
      ...c.req.valid('param'),
      ...c.req.valid('query'),
    });
    return c.body(body, 200, {
      'content-type': 'application/x-tar',
      'content-disposition': contentDisposition(filename),
      ...(sizeBytes === null ? {} : { 'content-length': String(sizeBytes) }),
    });
  });
