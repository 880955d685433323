import { z } from 'zod';
import { UnixSeconds } from './common.ts';
import { FileObject, FilePurpose, UPLOAD_PURPOSES } from './files.ts';
import { LIMITS } from './limits.ts';

export const UPLOAD_STATUSES = ['pending', 'completed', 'cancelled', 'expired'] as const;
export type UploadStatus = (typeof UPLOAD_STATUSES)[number];

export const CreateUploadRequest = z.object({
  bytes: z.int().min(1).max(LIMITS.uploadBytes).describe('Of the whole file: its parts must add up to it'),
  filename: z.string().min(1).max(LIMITS.filenameChars),
  mime_type: z.string().max(255),
  purpose: z.enum(UPLOAD_PURPOSES),
  expires_after: z
    .object({ anchor: z.literal('created_at'), seconds: z.int().min(3_600).max(2_592_000) })
    .nullish()
    .describe("Of the file, from the upload's completion on"),
});
export type CreateUploadRequest = z.infer<typeof CreateUploadRequest>;

export const CompleteUploadRequest = z.object({
  part_ids: z.array(z.string()).min(1).max(LIMITS.uploadParts).describe('In the order of the file'),
  md5: z
    .string()
    .regex(/^[0-9a-fA-F]{32}$/, 'must be the MD5 of the whole file as 32 hexadecimal digits')
    .nullish(),
});
export type CompleteUploadRequest = z.infer<typeof CompleteUploadRequest>;

export const Upload = z.object({
  id: z.string(),
  object: z.literal('upload'),
  bytes: z.int(),
  created_at: UnixSeconds,
  expires_at: UnixSeconds,
  filename: z.string(),
  purpose: FilePurpose,
  status: z.enum(UPLOAD_STATUSES),
  file: FileObject.nullable(),
});
export type Upload = z.infer<typeof Upload>;

export const UploadPartObject = z.object({
  id: z.string(),
  object: z.literal('upload.part'),
  created_at: UnixSeconds,
  upload_id: z.string(),
});
export type UploadPartObject = z.infer<typeof UploadPartObject>;
