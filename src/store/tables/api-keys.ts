import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { KeyLimits, Scope } from '../../contract/index.ts';
import { projectId } from './projects.ts';

export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: text().primaryKey(),
    projectId: projectId(),
    name: text().notNull(),
    /** SHA-256 of a 256-bit random secret: no slow hash needed. */
    hash: text().notNull(),
    prefix: text().notNull(),
    scopes: text({ mode: 'json' }).$type<Scope[]>().notNull(),
    createdMs: integer('created_ms').notNull(),
    expiresMs: integer('expires_ms'),
    revokedMs: integer('revoked_ms'),
    lastUsedMs: integer('last_used_ms'),
    /** Beside those of the project; null: none of its own. */
    limits: text({ mode: 'json' }).$type<KeyLimits>(),
  },
  (table) => [uniqueIndex('api_keys_hash').on(table.hash), index('api_keys_project').on(table.projectId, table.id)],
);
