import { inject } from 'vitest';
import { createFetchWebhookSender } from '../../../src/platform/cloudflare/webhook-sender.ts';
import { describeWebhookSender } from '../webhook-sender.ts';
import { nothingToClose } from './storage.ts';

describeWebhookSender('workerd', async () => ({
  strict: createFetchWebhookSender({ allowPrivate: false }),
  lenient: createFetchWebhookSender({ allowPrivate: true }),
  peerUrl: inject('peerUrl'),
  [Symbol.asyncDispose]: nothingToClose,
}));
