import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { FilePurpose } from '../../contract/index.ts';
import { projectId } from './projects.ts';

export const files = sqliteTable(
  'files',
  {
    id: text().primaryKey(),
    projectId: projectId(),
    filename: text().notNull(),
    purpose: text().$type<FilePurpose>().notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    sha256: text().notNull(),
    blobKey: text('blob_key').notNull(),
    createdMs: integer('created_ms').notNull(),
    expiresMs: integer('expires_ms'),
  },
  (table) => [
    index('files_project').on(table.projectId, table.id),
    index('files_expiry')
      .on(table.expiresMs)
      .where(sql`expires_ms is not null`),
    index('files_blob').on(table.blobKey),
  ],
);
