import type { Check } from '../run-checks.ts';
import type { MachineContext } from './context.ts';
import { checkDataFolder } from './data-folder.ts';
import { checkDiskSpace } from './disk-space.ts';
import { checkNodeVersion } from './node-version.ts';
import { checkPort } from './port.ts';
import { checkSettings } from './settings.ts';
import { checkWorker } from './worker.ts';

/** What `levigate start` needs of the machine. */
export const MACHINE_CHECKS: readonly Check<MachineContext>[] = [
  { subject: 'Node', run: checkNodeVersion },
  { subject: 'settings', run: checkSettings },
  { subject: 'data folder', run: checkDataFolder },
  { subject: 'disk', run: checkDiskSpace },
  { subject: 'port', run: checkPort },
  { subject: 'onnxruntime', run: checkWorker },
];
