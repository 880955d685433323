import type { FileObject } from '../../contract/index.ts';
import type { FileRow } from '../../store/queries/files.ts';
import { toSeconds, toSecondsOrNull } from '../context.ts';

export const toFileObject = (row: FileRow): FileObject => ({
  id: row.id,
  object: 'file',
  bytes: row.sizeBytes,
  created_at: toSeconds(row.createdMs),
  filename: row.filename,
  purpose: row.purpose,
  // What is wrong with a training file is told when a job is created from it; nothing is processed before.
  status: 'processed',
  expires_at: toSecondsOrNull(row.expiresMs),
  sha256: row.sha256,
});
