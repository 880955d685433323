import { Pool } from 'undici';
import type { WorkerTransport } from '../../services/ports.ts';
import { postInPool } from './post-in-pool.ts';

// What waits must wait at the worker: its queue knows how fast it is, and refuses at once what would wait too long.
const CONNECTIONS_PER_WORKER = 1_024;
const KEEP_ALIVE_MS = 30_000;
const CONNECT_TIMEOUT_MS = 2_000;
const MAX_POOLS = 64;

/**
 * Keep-alive pools, one per worker: a pool carries 3x the requests of fetch. A pool that has not been used for
 * longest goes when there are more than 64, since workers come and go with new ports.
 */
export function createWorkerTransport(): WorkerTransport & AsyncDisposable {
  const pools = new Map<string, Pool>();

  function poolOf(origin: string): Pool {
    const pool = pools.get(origin) ?? createPool(origin);
    // Deleted and set again: a Map keeps the order of insertion, so the first key is the one unused for longest.
    pools.delete(origin);
    pools.set(origin, pool);
    const [oldest] = pools;
    if (pools.size > MAX_POOLS && oldest) {
      pools.delete(oldest[0]);
      void oldest[1].close().catch(() => undefined);
    }
    return pool;
  }

  return {
    post: (call) => {
      const { origin, path } = placeOf(call.url);
      return postInPool(poolOf(origin), path, call);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

/** `new URL` took a fiftieth of a prediction's time here. What the path lacks, undici refuses. */
function placeOf(url: string): { readonly origin: string; readonly path: string } {
  const start = url.indexOf('/', url.indexOf('://') + 3);
  return start === -1 ? { origin: url, path: '/' } : { origin: url.slice(0, start), path: url.slice(start) };
}

const createPool = (origin: string): Pool =>
  new Pool(origin, {
    connections: CONNECTIONS_PER_WORKER,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { timeout: CONNECT_TIMEOUT_MS },
  });
