import { createWebhookSender } from '../../src/platform/node/webhook-sender.ts';
import { startScriptedPeer } from '../support/scripted-peer.ts';
import { describeWebhookSender } from './webhook-sender.ts';

describeWebhookSender('node', async () => {
  const peer = await startScriptedPeer();
  return {
    strict: createWebhookSender({ allowPrivate: false }),
    lenient: createWebhookSender({ allowPrivate: true }),
    peerUrl: peer.url,
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
});
