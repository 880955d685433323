import { createServer } from 'node:net';
import { once } from 'node:events';
import { parseNodeConfig } from '../../../platform/node/config.ts';
import { broken, note, ok } from '../finding.ts';
import type { Finding } from '../finding.ts';
import type { MachineContext } from './context.ts';

/** The gateway could listen where it is told to; one of ours that does so already is no fault. */
export async function checkPort({ env }: MachineContext): Promise<readonly Finding[]> {
  const { host, port } = parseNodeConfig(env);
  const subject = `port ${port}`;
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return [ok(subject, port === 0 ? 'any free one is taken' : 'free')];
  } catch (error) {
    if (await isLevigate(`http://${host}:${port}`)) return [note(subject, 'a Levigate gateway is running there')];
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const mend = reason === 'EADDRINUSE' ? 'stop what listens there, or set PORT' : 'set PORT and HOST';
    return [broken(subject, `cannot be listened on at ${host} (${reason})`, mend)];
  } finally {
    server.close();
  }
}

async function isLevigate(url: string): Promise<boolean> {
  try {
    const answer: unknown = await (await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) })).json();
    return typeof answer === 'object' && answer !== null && 'workers' in answer;
  } catch {
    return false;
  }
}
