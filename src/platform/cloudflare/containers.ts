import { getLogger } from '@logtape/logtape';
import { pickByRendezvous } from '../neutral/pick-by-rendezvous.ts';
import type { CloudflareEnvironment } from './environment.ts';

const log = getLogger(['levigate', 'containers']);

/** No host of the internet: an address that is reached through the container binding. */
const SUFFIX = '.container.internal';

/** Where the gateway reaches the container of a name; what it registers with. */
export const containerUrl = (name: string): string => `http://${name}${SUFFIX}/`;

export interface Containers {
  /** Starts the container for a key, the same one for the same key, unless it runs. Never rejects: it may be full, and another try comes. */
  wake(key: string): Promise<void>;
  /** Reaches containers through their binding, and everything else over the internet. */
  fetch(request: Request): Promise<Response>;
}

/** The CPU workers of this deployment: `container-0` and so on, each in a Durable Object of its own. */
export function createContainers(namespace: CloudflareEnvironment['WORKERS'], count: number): Containers {
  const names = Array.from({ length: count }, (_, index) => `container-${index}`);
  return {
    async wake(key) {
      const name = pickByRendezvous(names, key);
      if (name === undefined) return;
      try {
        await namespace.getByName(name).wake(name);
      } catch (error) {
        log.warn('a container did not start', { name, error });
      }
    },
    fetch: (request) => {
      const { hostname } = new URL(request.url);
      if (!hostname.endsWith(SUFFIX)) return fetch(request);
      return namespace.getByName(hostname.slice(0, -SUFFIX.length)).fetch(request);
    },
  };
}
