import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RegisteredWorker } from '../../src/contract/index.ts';

/**
 * A worker that computes nothing: it registers with a gateway as soon as that is there and gives every prediction the same answer, so
 * that what stands in front of it is all that is measured. Arguments: the answer as JSON, the gateway's URL, a worker token, the backbone.
 */
const [answer = '{}', gateway = '', token = '', backbone = ''] = process.argv.slice(2);
const HEARTBEAT_MS = 4_000;
const RETRY_MS = 50;

const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
    response.end(answer);
  });
});
// The client keeps its connections; a server that closes them is not what is measured.
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

process.stdout.write(`ready ${url}\n`);

async function tell(path: string, body: object): Promise<unknown> {
  const response = await fetch(`${gateway}/worker/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: the gateway answered ${response.status}: ${await response.text()}`);
  return response.status === 204 ? null : await response.json();
}

const backbones = [backbone];
const registration = {
  name: 'canned',
  url,
  access_token: randomBytes(32).toString('base64url'),
  device: 'cpu',
  backbones,
};
let registered: unknown = null;
while (registered === null) {
  // The gateway's process may not listen yet.
  registered = await tell('register', registration).catch(() => sleep(RETRY_MS, null));
}
const { worker_id } = RegisteredWorker.parse(registered);
setInterval(() => void tell('heartbeat', { worker_id, backbones, queued_inputs: 0 }).catch(() => {}), HEARTBEAT_MS);
