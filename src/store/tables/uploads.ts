import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { FilePurpose, UploadStatus } from '../../contract/index.ts';
import { projectId } from './projects.ts';

/** A file that arrives in parts over several requests. */
export const uploads = sqliteTable(
  'uploads',
  {
    id: text().primaryKey(),
    projectId: projectId(),
    filename: text().notNull(),
    purpose: text().$type<FilePurpose>().notNull(),
    /** Announced; the parts must add up to it. */
    sizeBytes: integer('size_bytes').notNull(),
    status: text().$type<UploadStatus>().notNull(),
    fileExpiresSeconds: integer('file_expires_seconds'),
    createdMs: integer('created_ms').notNull(),
    expiresMs: integer('expires_ms').notNull(),
  },
  (table) => [
    index('uploads_pending')
      .on(table.expiresMs)
      .where(sql`status = 'pending'`),
  ],
);

export const uploadParts = sqliteTable(
  'upload_parts',
  {
    id: text().primaryKey(),
    uploadId: text('upload_id')
      .notNull()
      .references(() => uploads.id),
    sizeBytes: integer('size_bytes').notNull(),
    /** The blob's, so that what is joined is what was sent. */
    version: text().notNull(),
  },
  (table) => [index('upload_parts_upload').on(table.uploadId)],
);
