import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { RegisteredWorker, RegisterWorker, WorkerHeartbeat, WorkerLeave } from '../../../contract/index.ts';
import type { Services } from '../../../services/ports.ts';
import { heartbeatWorker } from '../../../services/workers/heartbeat.ts';
import { leaveWorker } from '../../../services/workers/leave.ts';
import { registerWorker } from '../../../services/workers/register.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { jsonBody } from './json-body.ts';

const register = createRoute({
  method: 'post',
  path: '/register',
  hide: true,
  request: jsonBody(RegisterWorker),
  responses: { 200: json(RegisteredWorker, 'Known from now on'), ...failures(400) },
});

const heartbeat = createRoute({
  method: 'post',
  path: '/heartbeat',
  hide: true,
  request: jsonBody(WorkerHeartbeat),
  responses: { 204: { description: 'Seen' }, ...failures(400, 404) },
});

const leave = createRoute({
  method: 'post',
  path: '/leave',
  hide: true,
  request: jsonBody(WorkerLeave),
  responses: { 204: { description: 'Forgotten' }, ...failures(400) },
});

/** Who is there: registration, its heartbeat and its end. */
export function registerWorkerRoutes(app: OpenAPIHono<GatewayEnv>, services: Services): void {
  app.openapi(register, async (c) => c.json(await registerWorker(services, c.req.valid('json')), 200));
  app.openapi(heartbeat, async (c) => {
    await heartbeatWorker(services, c.req.valid('json'));
    return c.body(null, 204);
  });
  app.openapi(leave, async (c) => {
    await leaveWorker(services, c.req.valid('json').worker_id);
    return c.body(null, 204);
  });
}
