import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Services } from '../../../services/ports.ts';
import { listAliveWorkers } from '../../../services/workers/list-alive.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { json } from '../../openapi/responses.ts';
import { VERSION } from '../../../contract/version.ts';

const Health = z
  .object({
    status: z.literal('ok'),
    version: z.string(),
    workers: z.object({
      alive: z.int().describe('Workers heard of within three heartbeats'),
      backbones: z.array(z.string()).describe('Ready on at least one of them'),
    }),
  })
  .openapi('Health');

const route = createRoute({
  method: 'get',
  path: '/health',
  tags: ['Health'],
  summary: 'Whether the gateway and its database answer, and which workers are there',
  security: [],
  responses: { 200: json(Health, 'They do') },
});

export function health(services: Services): OpenAPIHono<GatewayEnv> {
  return new OpenAPIHono<GatewayEnv>().openapi(route, async (c) => {
    const workers = await listAliveWorkers(services);
    const backbones = [...new Set(workers.flatMap((worker) => worker.backbones))].toSorted();
    return c.json({ status: 'ok' as const, version: VERSION, workers: { alive: workers.length, backbones } }, 200);
  });
}
