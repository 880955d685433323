import { inject } from 'vitest';
import { createFetchTransport } from '../../../src/platform/cloudflare/worker-transport.ts';
import { describeWorkerTransport } from '../worker-transport.ts';
import { nothingToClose } from './storage.ts';

describeWorkerTransport('workerd', async () => ({
  transport: createFetchTransport((request) => fetch(request)),
  peerUrl: inject('peerUrl'),
  [Symbol.asyncDispose]: nothingToClose,
}));
