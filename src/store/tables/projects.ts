import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { ProjectLimits } from '../../contract/index.ts';

export const projects = sqliteTable('projects', {
  id: text().primaryKey(),
  name: text().notNull(),
  /** Part of every feature-cache key: a cache hit must not tell one project what another sent. */
  cacheSalt: text('cache_salt').notNull(),
  createdMs: integer('created_ms').notNull(),
  /** null: none. */
  limits: text({ mode: 'json' }).$type<ProjectLimits>(),
});

/** The column of whatever belongs to a project. */
export const projectId = () =>
  text('project_id')
    .notNull()
    .references(() => projects.id);
