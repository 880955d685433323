import { parseNodeConfig } from '../../../platform/node/config.ts';
import { ok } from '../finding.ts';
import type { Finding } from '../finding.ts';
import type { MachineContext } from './context.ts';

/** The environment is one that `levigate start` would take; what it refuses becomes the finding. */
export function checkSettings({ env }: MachineContext): Promise<readonly Finding[]> {
  return Promise.try(() => {
    const { host, port, embeddedWorker } = parseNodeConfig(env);
    const worker = embeddedWorker ? 'with a worker of its own' : 'workers elsewhere';
    return [ok('settings', `http://${host}:${port}, ${worker}`)];
  });
}
