import { z } from 'zod';
import { MAX_UNIX_SECONDS, UnixSeconds } from './common.ts';
import { KeyLimits } from './rate-limits.ts';

export const SCOPES = [
  'files:read',
  'files:write',
  'jobs:read',
  'jobs:write',
  'models:read',
  'models:write',
  'predict',
  'webhooks:read',
  'webhooks:write',
  'keys:read',
  'keys:write',
  'usage:read',
  // The whole installation, not only the key's project: for who runs it and for what scales and watches it.
  'admin:read',
  'admin:write',
] as const;
export const Scope = z.enum(SCOPES);
export type Scope = z.infer<typeof Scope>;

export const CreateApiKey = z.strictObject({
  name: z.string().min(1).max(128),
  scopes: z.array(Scope).min(1).optional().describe('All scopes of the creating key when absent'),
  expires_at: UnixSeconds.max(MAX_UNIX_SECONDS, 'is after the year 9999; give Unix time in seconds').optional(),
  limits: KeyLimits.optional().describe('Beside those of the project; none when absent'),
});
export type CreateApiKey = z.infer<typeof CreateApiKey>;

export const UpdateApiKey = z.strictObject({
  name: z.string().min(1).max(128).optional(),
  limits: KeyLimits.nullable().optional().describe('Replaces all of them; null: none'),
});
export type UpdateApiKey = z.infer<typeof UpdateApiKey>;

export const ApiKey = z.object({
  id: z.string(),
  object: z.literal('api_key'),
  created_at: UnixSeconds,
  name: z.string(),
  prefix: z.string().describe('The first characters, to recognise the key by'),
  scopes: z.array(Scope),
  expires_at: UnixSeconds.nullable(),
  revoked_at: UnixSeconds.nullable(),
  last_used_at: UnixSeconds.nullable(),
  limits: KeyLimits.nullable(),
});
export type ApiKey = z.infer<typeof ApiKey>;

export const ApiKeyWithSecret = ApiKey.extend({ secret: z.string().describe('Shown once') });
export type ApiKeyWithSecret = z.infer<typeof ApiKeyWithSecret>;
