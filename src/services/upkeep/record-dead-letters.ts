import { getLogger } from '@logtape/logtape';
import { insertDeadLetters } from '../../store/queries/dead-letters.ts';
import type { Services } from '../ports.ts';

const log = getLogger(['levigate', 'queues']);

const MAX_BODY_CHARS = 4_000;

export interface DeadLetter {
  readonly id: string;
  readonly body: unknown;
  readonly timestamp: Date;
}

/** Writes down what a queue gave up, for whoever looks after the deployment. Nothing is lost by it: a wake is no more than that. */
export async function recordDeadLetters(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  queue: string,
  letters: readonly DeadLetter[],
): Promise<void> {
  const rows = letters.map(({ id, body, timestamp }) => ({
    id,
    queue,
    body: (JSON.stringify(body) ?? '').slice(0, MAX_BODY_CHARS),
    sentMs: timestamp.getTime(),
    diedMs: clock.nowMs(),
  }));
  for (const { id, body } of rows) log.error('a queue gave up a message', { queue, id, body });
  await insertDeadLetters(db, rows);
}
