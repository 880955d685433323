import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { EventType, WebhookEvent } from '../../contract/index.ts';
import { projectId } from './projects.ts';

export const webhookEndpoints = sqliteTable(
  'webhook_endpoints',
  {
    id: text().primaryKey(),
    projectId: projectId(),
    url: text().notNull(),
    name: text(),
    eventTypes: text('event_types', { mode: 'json' }).$type<EventType[]>().notNull(),
    secret: text().notNull(),
    /** Signs beside the new one until it expires, so that a rotation loses no delivery. */
    previousSecret: text('previous_secret'),
    previousSecretExpiresMs: integer('previous_secret_expires_ms'),
    status: text().$type<'enabled' | 'disabled'>().notNull(),
    disabledReason: text('disabled_reason'),
    createdMs: integer('created_ms').notNull(),
    /** Told of this one thing alone, and never listed: the webhook of a single request. null for a project's own endpoints. */
    subjectId: text('subject_id'),
    /** null: the event as it stands. */
    shape: text().$type<'replicate'>(),
  },
  (table) => [index('webhook_endpoints_project').on(table.projectId, table.id)],
);

/** What happened, written in the same batch as the status change it tells of. */
export const webhookEvents = sqliteTable(
  'webhook_events',
  {
    id: text().primaryKey(),
    projectId: projectId(),
    type: text().$type<EventType>().notNull(),
    /** For a test event: the one endpoint it goes to. */
    endpointId: text('endpoint_id'),
    body: text({ mode: 'json' }).$type<WebhookEvent>().notNull(),
    createdMs: integer('created_ms').notNull(),
    /** null until the event was turned into one delivery per endpoint. */
    fannedOutMs: integer('fanned_out_ms'),
  },
  (table) => [
    index('webhook_events_outbox')
      .on(table.createdMs)
      .where(sql`fanned_out_ms is null`),
    index('webhook_events_age').on(table.createdMs),
  ],
);

export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    id: text().primaryKey(),
    projectId: projectId(),
    endpointId: text('endpoint_id')
      .notNull()
      .references(() => webhookEndpoints.id, { onDelete: 'cascade' }),
    eventId: text('event_id')
      .notNull()
      .references(() => webhookEvents.id),
    eventType: text('event_type').$type<EventType>().notNull(),
    status: text().$type<'pending' | 'delivered' | 'failed'>().notNull(),
    attempts: integer().notNull().default(0),
    nextAttemptMs: integer('next_attempt_ms'),
    lastAttemptMs: integer('last_attempt_ms'),
    responseStatus: integer('response_status'),
    error: text(),
    createdMs: integer('created_ms').notNull(),
  },
  (table) => [
    index('webhook_deliveries_due')
      .on(table.nextAttemptMs)
      .where(sql`status = 'pending'`),
    index('webhook_deliveries_endpoint').on(table.endpointId, table.id),
    index('webhook_deliveries_event').on(table.eventId),
  ],
);
