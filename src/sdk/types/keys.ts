import type { KeyLimits } from './limits.ts';

export interface ApiKey {
  id: string;
  object: 'api_key';
  created_at: number;
  name: string;
  prefix: string;
  scopes: Scope[];
  expires_at: number | null;
  revoked_at: number | null;
  last_used_at: number | null;
  /** Beside those of the project; null: none of its own. */
  limits: KeyLimits | null;
}

export type Scope =
  | 'files:read'
  | 'files:write'
  | 'jobs:read'
  | 'jobs:write'
  | 'models:read'
  | 'models:write'
  | 'predict'
  | 'webhooks:read'
  | 'webhooks:write'
  | 'keys:read'
  | 'keys:write'
  | 'usage:read'
  | 'admin:read'
  | 'admin:write';
