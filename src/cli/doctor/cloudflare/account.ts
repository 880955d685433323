import { LOG_IN } from '../../cloudflare/find-login.ts';
import { broken, ok } from '../finding.ts';
import type { Finding } from '../finding.ts';
import type { CloudflareContext } from './context.ts';

/** Nothing is deployed without a login, and of several accounts wrangler has to be told which. */
export async function checkAccount({ login }: CloudflareContext): Promise<readonly Finding[]> {
  const found = await login;
  if (!found) return [broken('account', 'wrangler is not logged in', LOG_IN)];
  const { accounts } = found;
  const chosen = process.env['CLOUDFLARE_ACCOUNT_ID'];
  if (accounts.length > 1 && !chosen) {
    const names = accounts.map(({ id, name }) => `${name} (${id})`).join(', ');
    return [
      broken('account', `the login reaches several: ${names}`, 'export CLOUDFLARE_ACCOUNT_ID=<the one to deploy to>'),
    ];
  }
  const [account] = accounts.filter(({ id }) => !chosen || id === chosen);
  if (account) return [ok('account', `logged in, ${account.name}`)];
  const message = chosen ? `the login does not reach CLOUDFLARE_ACCOUNT_ID ${chosen}` : 'the login reaches no account';
  return [broken('account', message, LOG_IN)];
}
