import type { Upload } from '../../contract/index.ts';
import type { FileRow } from '../../store/queries/files.ts';
import type { UploadRow } from '../../store/queries/uploads.ts';
import { toSeconds } from '../context.ts';
import { toFileObject } from '../files/to-wire.ts';

export const toUpload = (row: UploadRow, file: FileRow | null = null): Upload => ({
  id: row.id,
  object: 'upload',
  bytes: row.sizeBytes,
  created_at: toSeconds(row.createdMs),
  expires_at: toSeconds(row.expiresMs),
  filename: row.filename,
  purpose: row.purpose,
  status: row.status,
  file: file && toFileObject(file),
});
