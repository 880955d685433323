import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PeerPython } from './install.ts';

/** Nothing is fetched, nothing is told to anybody, and no bytecode is left behind. */
export function peerEnvironment({ packages }: PeerPython, threads = 1): Record<string, string | undefined> {
  return {
    ...process.env,
    PYTHONPATH: packages,
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONWARNINGS: 'ignore',
    HF_HUB_OFFLINE: '1',
    TRANSFORMERS_OFFLINE: '1',
    HF_HUB_DISABLE_TELEMETRY: '1',
    // Made where it is started otherwise.
    INFINITY_HOME: join(tmpdir(), 'levigate-bench-infinity'),
    INFINITY_ANONYMOUS_USAGE_STATS: '0',
    DO_NOT_TRACK: '1',
    OMP_NUM_THREADS: String(threads),
    TOKENIZERS_PARALLELISM: 'false',
  };
}
