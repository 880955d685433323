import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const workers = sqliteTable('workers', {
  id: text().primaryKey(),
  name: text().notNull(),
  url: text().notNull(),
  accessToken: text('access_token').notNull(),
  device: text().notNull(),
  backbones: text({ mode: 'json' }).$type<string[]>().notNull(),
  queuedInputs: integer('queued_inputs').notNull().default(0),
  queuedTokens: integer('queued_tokens').notNull().default(0),
  inFlight: integer('in_flight').notNull().default(0),
  isDraining: integer('is_draining', { mode: 'boolean' }).notNull().default(false),
  residentAdapters: text('resident_adapters', { mode: 'json' }).$type<string[]>().notNull().default([]),
  registeredMs: integer('registered_ms').notNull(),
  lastSeenMs: integer('last_seen_ms').notNull(),
});

/**
 * Predictions that no worker could take, for what starts workers to see, from whichever gateway: those that are held (a row each), and those
 * refused lately (a row for each gateway and backbone). A row counts until its end.
 */
export const predictWaits = sqliteTable('predict_waits', {
  id: text().primaryKey(),
  kind: text().$type<'held' | 'refused'>().notNull(),
  backbone: text().notNull(),
  predictions: integer().notNull(),
  sinceMs: integer('since_ms').notNull(),
  untilMs: integer('until_ms').notNull(),
});
