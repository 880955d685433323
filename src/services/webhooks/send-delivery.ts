import { getLogger } from '@logtape/logtape';
import { recordDeliveryOutcome, unclaimDelivery } from '../../store/queries/webhook-deliveries.ts';
import type { ClaimedDelivery, DeliveryOutcome, WebhookDeliveryRow } from '../../store/queries/webhook-deliveries.ts';
import { disableWebhookEndpoint } from '../../store/queries/webhook-endpoints.ts';
import type { WebhookEndpointRow } from '../../store/queries/webhook-endpoints.ts';
import type { OutboxServices } from './outbox-services.ts';
import { bodyOf } from './body-of.ts';
import { describeSendFailure } from './describe-send-failure.ts';
import { MAX_ATTEMPTS, parseRetryAfter, waitAfter } from './retry-schedule.ts';
import { signatureHeaders } from './signing.ts';

const log = getLogger(['levigate', 'webhooks']);

const SEND_TIMEOUT_MS = 15_000;
/** Longer than a send can take: until then a claimed delivery is its claimant's alone. */
export const DELIVERY_LEASE_MS = 4 * SEND_TIMEOUT_MS;
const GONE = 410;
/** The receiver says that it cannot take it now, and perhaps when it can. */
const BUSY: readonly number[] = [429, 502, 503, 504];

/** What came of one attempt; `status` is null when there was no answer. */
interface Attempt {
  readonly status: number | null;
  readonly retryAfterMs: number | null;
  readonly error: string;
}

/**
 * Sends a claimed delivery and writes down what came of it. The signal gives up waiting for the answer: then the
 * delivery is due again at once, and the attempt does not count.
 * @returns the row then; undefined when it was given up, taken over or deleted
 */
export async function sendDelivery(
  services: OutboxServices,
  claimed: ClaimedDelivery,
  signal?: AbortSignal,
): Promise<WebhookDeliveryRow | undefined> {
  const { delivery, endpoint, event } = claimed;
  const attempt = await attemptSend(services, claimed, signal);
  if (attempt.status === null && signal?.aborted === true) {
    await unclaimDelivery(services.db, delivery, services.clock.nowMs());
    return undefined;
  }
  const isTest = event.endpointId !== null;
  const outcome = outcomeOf(attempt, {
    attempts: delivery.attempts,
    maxAttempts: isTest ? 1 : MAX_ATTEMPTS,
    nowMs: services.clock.nowMs(),
  });
  const row = await recordDeliveryOutcome(services.db, delivery, outcome);
  if (attempt.status === GONE) {
    await disable(services, endpoint, 'the receiver answered 410 Gone');
  } else if (outcome.status === 'failed' && !isTest) {
    await disable(services, endpoint, `a delivery failed ${delivery.attempts} times, at last: ${attempt.error}`);
  }
  return row;
}

async function attemptSend(
  { db, webhooks, clock }: OutboxServices,
  { endpoint, event }: ClaimedDelivery,
  signal: AbortSignal | undefined,
): Promise<Attempt> {
  const body = await bodyOf({ db }, event, endpoint);
  const sentMs = clock.nowMs();
  try {
    const { status, retryAfter } = await webhooks.send({
      url: endpoint.url,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'levigate-webhooks/1',
        ...signatureHeaders({ id: event.id, sentMs, body }, validSecrets(endpoint, sentMs)),
      },
      body,
      timeoutMs: SEND_TIMEOUT_MS,
      signal,
    });
    const retryAfterMs = BUSY.includes(status) ? parseRetryAfter(retryAfter, clock.nowMs()) : null;
    return { status, retryAfterMs, error: describeStatus(status) };
  } catch (error) {
    return { status: null, retryAfterMs: null, error: describeSendFailure(error, SEND_TIMEOUT_MS) };
  }
}

function validSecrets(endpoint: WebhookEndpointRow, nowMs: number): readonly string[] {
  const { secret, previousSecret, previousSecretExpiresMs } = endpoint;
  const isPreviousValid = previousSecret !== null && (previousSecretExpiresMs ?? 0) > nowMs;
  return isPreviousValid ? [secret, previousSecret] : [secret];
}

const isAccepted = (status: number): boolean => status >= 200 && status < 300;

const describeStatus = (status: number): string =>
  status >= 300 && status < 400
    ? `the receiver answered ${status}: redirects are not followed, give the final URL`
    : `the receiver answered ${status}`;

interface Circumstances {
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly nowMs: number;
}

function outcomeOf(attempt: Attempt, { attempts, maxAttempts, nowMs }: Circumstances): DeliveryOutcome {
  const { status, retryAfterMs, error } = attempt;
  if (status !== null && isAccepted(status)) return { status: 'delivered', responseStatus: status };
  const waitMs = status === GONE || attempts >= maxAttempts ? null : waitAfter({ attempts, retryAfterMs });
  return {
    status: waitMs === null ? 'failed' : 'pending',
    responseStatus: status,
    error,
    nextAttemptMs: waitMs === null ? null : nowMs + waitMs,
  };
}

async function disable({ db }: OutboxServices, { id }: WebhookEndpointRow, reason: string): Promise<void> {
  if (await disableWebhookEndpoint(db, { id, reason })) {
    log.warn('a webhook endpoint was disabled', { endpointId: id, reason });
  }
}
