import type { Services } from '../ports.ts';

/** What sending webhooks touches. */
export type OutboxServices = Pick<Services, 'db' | 'clock' | 'webhooks'>;
