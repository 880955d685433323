import { z } from 'zod';
import { findLogin, LOG_IN } from './find-login.ts';
import { parseJsonOutput } from './parse-json.ts';
import type { Wrangler } from './wrangler.ts';

/** Cloudflare's API as wrangler's login reaches it, for what wrangler has no command for. Kept in memory only. */
export interface ApiAccess {
  /** Of the account. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const Credentials = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['oauth', 'api_token']), token: z.string() }),
  z.object({ type: z.literal('api_key'), key: z.string(), email: z.string() }),
]);

/** @throws Error when wrangler is not logged in, or reaches several accounts and none is named */
export async function findApiAccess(wrangler: Wrangler, env: NodeJS.ProcessEnv = process.env): Promise<ApiAccess> {
  const base = env['CLOUDFLARE_API_BASE_URL'] ?? 'https://api.cloudflare.com/client/v4';
  const accountId = await findAccountId(wrangler, env);
  const credentials = parseJsonOutput(await wrangler.runOrThrow('auth', 'token', '--json'), Credentials);
  if (!credentials) throw new Error('"wrangler auth token --json" printed no token');
  const headers: Record<string, string> =
    credentials.type === 'api_key'
      ? { 'x-auth-key': credentials.key, 'x-auth-email': credentials.email }
      : { authorization: `Bearer ${credentials.token}` };
  return { url: `${base}/accounts/${accountId}`, headers };
}

async function findAccountId(wrangler: Wrangler, env: NodeJS.ProcessEnv): Promise<string> {
  const named = env['CLOUDFLARE_ACCOUNT_ID'];
  if (named) return named;
  const login = await findLogin(wrangler);
  if (!login) throw new Error(`wrangler is not logged in: ${LOG_IN}`);
  const [account, ...others] = login.accounts;
  if (account && others.length === 0) return account.id;
  throw new Error('the login reaches several accounts or none: set CLOUDFLARE_ACCOUNT_ID to the one that is meant');
}
