import { and, desc, eq, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { webhookDeliveries, webhookEndpoints } from '../schema.ts';
import { olderThan } from './older-than.ts';
import { insertRowsWhen } from './insert-rows-when.ts';

export type WebhookEndpointRow = typeof webhookEndpoints.$inferSelect;

interface EndpointKey {
  readonly id: string;
  readonly projectId: string;
}

/** A project's own; those of single requests are nobody's to see. */
const ofProject = ({ id, projectId }: EndpointKey) =>
  and(eq(webhookEndpoints.id, id), eq(webhookEndpoints.projectId, projectId), isNull(webhookEndpoints.subjectId));

/** Counts and inserts in one statement, so that requests at once cannot pass the limit. @returns whether there was room */
export async function insertWebhookEndpoint(
  db: Database,
  row: WebhookEndpointRow,
  { maxPerProject }: { readonly maxPerProject: number },
): Promise<boolean> {
  const hasRoom = sql`(select count(*) from webhook_endpoints where project_id = ${row.projectId} and subject_id is null) < ${maxPerProject}`;
  const inserted = await insertRowsWhen(db, webhookEndpoints, [row], hasRoom).returning({ id: webhookEndpoints.id });
  return inserted.length === 1;
}

/** Of a single request, beside the project's own and not counted with them. */
export async function insertPassingEndpoint(db: Database, row: WebhookEndpointRow): Promise<void> {
  await db.insert(webhookEndpoints).values(row);
}

/** @returns how many endpoints of single requests went */
export async function prunePassingEndpoints(db: Database, createdBeforeMs: number): Promise<number> {
  const gone = await db
    .delete(webhookEndpoints)
    .where(and(isNotNull(webhookEndpoints.subjectId), lt(webhookEndpoints.createdMs, createdBeforeMs)))
    .returning({ id: webhookEndpoints.id });
  return gone.length;
}

export async function findWebhookEndpoint(db: Database, key: EndpointKey): Promise<WebhookEndpointRow | undefined> {
  const [row] = await db.select().from(webhookEndpoints).where(ofProject(key)).limit(1);
  return row;
}

export interface ListWebhookEndpoints {
  readonly projectId: string;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Newest first. */
export function listWebhookEndpoints(
  db: Database,
  { projectId, after, limit }: ListWebhookEndpoints,
): Promise<WebhookEndpointRow[]> {
  return db
    .select()
    .from(webhookEndpoints)
    .where(
      and(
        eq(webhookEndpoints.projectId, projectId),
        isNull(webhookEndpoints.subjectId),
        olderThan(webhookEndpoints.id, after),
      ),
    )
    .orderBy(desc(webhookEndpoints.id))
    .limit(limit);
}

export type WebhookEndpointChange = Partial<
  Pick<WebhookEndpointRow, 'url' | 'name' | 'eventTypes' | 'status' | 'disabledReason'>
>;

export async function updateWebhookEndpoint(
  db: Database,
  key: EndpointKey,
  change: WebhookEndpointChange,
): Promise<WebhookEndpointRow | undefined> {
  const [row] = await db.update(webhookEndpoints).set(change).where(ofProject(key)).returning();
  return row;
}

export interface SecretRotation {
  readonly secret: string;
  /** Until when the secret so far signs beside the new one; null to drop it. */
  readonly previousSecretExpiresMs: number | null;
}

/** The secret that is there moves to the previous one within the statement, so that rotations at once lose none. */
export async function rotateWebhookEndpointSecret(
  db: Database,
  key: EndpointKey,
  { secret, previousSecretExpiresMs }: SecretRotation,
): Promise<WebhookEndpointRow | undefined> {
  const previousSecret = previousSecretExpiresMs === null ? null : sql`${webhookEndpoints.secret}`;
  const [row] = await db
    .update(webhookEndpoints)
    .set({ secret, previousSecret, previousSecretExpiresMs })
    .where(ofProject(key))
    .returning();
  return row;
}

/** Its deliveries go with it (foreign key). @returns whether it was there */
export async function deleteWebhookEndpoint(db: Database, key: EndpointKey): Promise<boolean> {
  const deleted = await db.delete(webhookEndpoints).where(ofProject(key)).returning({ id: webhookEndpoints.id });
  return deleted.length === 1;
}

/**
 * Disables an endpoint and ends what was still to be sent to it, in one batch: nothing stays pending for a disabled
 * endpoint but what a user asks for later. The first reason stays. @returns whether it was enabled before
 */
export async function disableWebhookEndpoint(
  db: Database,
  { id, reason }: { readonly id: string; readonly reason: string },
): Promise<boolean> {
  const [disabled] = await db.batch([
    db
      .update(webhookEndpoints)
      .set({ status: 'disabled', disabledReason: reason })
      .where(and(eq(webhookEndpoints.id, id), eq(webhookEndpoints.status, 'enabled')))
      .returning({ id: webhookEndpoints.id }),
    db
      .update(webhookDeliveries)
      .set({ status: 'failed', nextAttemptMs: null, error: `not sent: the endpoint was disabled (${reason})` })
      .where(and(eq(webhookDeliveries.endpointId, id), eq(webhookDeliveries.status, 'pending'))),
  ]);
  return disabled.length === 1;
}
