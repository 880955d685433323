import { createWorkerTransport } from '../../src/platform/node/worker-transport.ts';
import { startScriptedPeer } from '../support/scripted-peer.ts';
import { describeWorkerTransport } from './worker-transport.ts';

describeWorkerTransport('node', async () => {
  const stack = new AsyncDisposableStack();
  const peer = stack.use(await startScriptedPeer());
  const transport = stack.use(createWorkerTransport());
  return { transport, peerUrl: peer.url, [Symbol.asyncDispose]: () => stack.disposeAsync() };
});
