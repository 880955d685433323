import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import {
  ClaimRequest,
  CompleteJob,
  FailJob,
  JobStatus,
  LeasedJob,
  LeaseHeartbeat,
  LeaseOrder,
  ReleaseJob,
} from '../../../contract/index.ts';
import { claimJob } from '../../../services/leases/claim.ts';
import { completeJob } from '../../../services/leases/complete.ts';
import { failJob } from '../../../services/leases/fail.ts';
import { heartbeatLease } from '../../../services/leases/heartbeat.ts';
import { releaseJob } from '../../../services/leases/release.ts';
import type { Services } from '../../../services/ports.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { jsonBody } from './json-body.ts';

const params = z.object({ job_id: z.string() });
const Ended = z.object({ status: JobStatus });

const claim = createRoute({
  method: 'post',
  path: '/jobs/claim',
  hide: true,
  request: jsonBody(ClaimRequest),
  responses: { 200: json(LeasedJob, 'A lease'), 204: { description: 'Nothing is queued' }, ...failures(400, 404) },
});

const heartbeat = createRoute({
  method: 'post',
  path: '/jobs/{job_id}/heartbeat',
  hide: true,
  request: { params, ...jsonBody(LeaseHeartbeat) },
  responses: { 200: json(LeaseOrder, 'What to do'), ...failures(400, 409) },
});

const endOfAttempt = <Name extends string, Schema extends z.ZodType>(name: Name, schema: Schema) =>
  createRoute({
    method: 'post',
    path: `/jobs/{job_id}/${name}`,
    hide: true,
    request: { params, ...jsonBody(schema) },
    responses: { 200: json(Ended, 'The status the job has now'), ...failures(400, 409) },
  });
const complete = endOfAttempt('complete', CompleteJob);
const fail = endOfAttempt('fail', FailJob);
const release = endOfAttempt('release', ReleaseJob);

/** A lease from its claim to its end; a stale token gets 409 `lease_lost`. */
export function registerLeaseRoutes(app: OpenAPIHono<GatewayEnv>, services: Services): void {
  app.openapi(claim, async (c) => {
    const job = await claimJob(services, c.req.valid('json').worker_id);
    return job ? c.json(job, 200) : c.body(null, 204);
  });
  app.openapi(heartbeat, async (c) =>
    c.json(await heartbeatLease(services, c.req.valid('param').job_id, c.req.valid('json')), 200),
  );
  app.openapi(complete, async (c) =>
    c.json(await completeJob(services, c.req.valid('param').job_id, c.req.valid('json')), 200),
  );
  app.openapi(fail, async (c) =>
    c.json(await failJob(services, c.req.valid('param').job_id, c.req.valid('json')), 200),
  );
  app.openapi(release, async (c) =>
    c.json(await releaseJob(services, c.req.valid('param').job_id, c.req.valid('json')), 200),
  );
}
