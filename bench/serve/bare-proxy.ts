import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { Pool } from 'undici';

/** The least that a gateway on Hono can do: hand the body on and the answer back. Argument: where the worker listens. */
const [upstream = ''] = process.argv.slice(2);
// As the gateway's own.
const pool = new Pool(upstream, { connections: 64, pipelining: 1 });

const app = new Hono();
app.post('/v1/predict', async (context) => {
  const body = await context.req.text();
  const answer = await pool.request({
    path: '/predict',
    method: 'POST',
    headers: { authorization: context.req.header('authorization'), 'content-type': 'application/json' },
    body,
  });
  return context.body(await answer.body.text(), 200, { 'content-type': 'application/json' });
});

const server = createAdaptorServer({ fetch: app.fetch }) as Server;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
