import { z } from 'zod';
import { parseJsonOutput } from './parse-json.ts';
import type { Wrangler } from './wrangler.ts';

const Account = z.object({
  loggedIn: z.literal(true),
  accounts: z.array(z.object({ id: z.string(), name: z.string() })).default([]),
});
export type Login = z.infer<typeof Account>;

export const LOG_IN = 'wrangler login (or set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID)';

/** Who wrangler is logged in as; null when it is not. */
export async function findLogin(wrangler: Wrangler): Promise<Login | null> {
  const { isOk, stdout } = await wrangler.run('whoami', '--json');
  return isOk ? parseJsonOutput(stdout, Account) : null;
}
