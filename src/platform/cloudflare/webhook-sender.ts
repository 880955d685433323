import type { WebhookSender } from '../../services/ports.ts';
import { assertWebhookUrl } from '../neutral/public-address.ts';

/**
 * Deliveries over fetch. A deployed Worker's fetch leaves from the edge and reaches public addresses only, so a name that
 * resolves to a private one leads nowhere; literal ones are refused with a reason before.
 */
export const createFetchWebhookSender = ({ allowPrivate }: { readonly allowPrivate: boolean }): WebhookSender => ({
  assertAllowed: (url) => assertWebhookUrl(url, { allowPrivate }),
  async send({ url, headers, body, timeoutMs, signal }) {
    assertWebhookUrl(url, { allowPrivate });
    const deadline = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers },
      body,
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    await response.body?.cancel();
    return { status: response.status, retryAfter: response.headers.get('retry-after') };
  },
});
