import { z } from 'zod';
import { UnixSeconds } from './common.ts';

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
] as const;
export const Scope = z.enum(SCOPES);
export type Scope = z.infer<typeof Scope>;

export const CreateApiKey = z.strictObject({
  name: z.string().min(1).max(128),
  scopes: z.array(Scope).min(1).optional().describe('All scopes of the creating key when absent'),
  expires_at: UnixSeconds.optional(),
});
export type CreateApiKey = z.infer<typeof CreateApiKey>;

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
});
export type ApiKey = z.infer<typeof ApiKey>;

export const ApiKeyWithSecret = ApiKey.extend({ secret: z.string().describe('Shown once') });
export type ApiKeyWithSecret = z.infer<typeof ApiKeyWithSecret>;
