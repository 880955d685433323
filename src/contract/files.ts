import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { UnixSeconds } from './common.ts';

export const UPLOAD_PURPOSES = ['fine-tune', 'batch', 'user_data', 'evals', 'assistants', 'vision'] as const;
export const FilePurpose = z.enum([...UPLOAD_PURPOSES, 'batch_output', 'fine-tune-results']);
export type FilePurpose = z.infer<typeof FilePurpose>;

export const FileObject = z.object({
  id: z.string(),
  object: z.literal('file'),
  bytes: z.int(),
  created_at: UnixSeconds,
  filename: z.string(),
  purpose: FilePurpose,
  status: z.enum(['uploaded', 'processed', 'error']),
  expires_at: UnixSeconds.nullable(),
  sha256: z.string().describe('SHA-256 of the content, hex'),
});
export type FileObject = z.infer<typeof FileObject>;

export const FilesQuery = z.object({
  after: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.filesPageMax).default(LIMITS.filesPageMax),
  order: z.enum(['asc', 'desc']).default('desc'),
  purpose: FilePurpose.optional(),
});
export type FilesQuery = z.infer<typeof FilesQuery>;

/** The fields beside `file` in the multipart upload; `expires_after` arrives as bracketed part names. */
export const UploadFields = z.object({
  purpose: z.enum(UPLOAD_PURPOSES),
  expires_after: z
    .object({ anchor: z.literal('created_at'), seconds: z.coerce.number().int().min(3_600).max(2_592_000) })
    .optional(),
});
export type UploadFields = z.infer<typeof UploadFields>;
