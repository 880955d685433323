import { GONE } from '../../cloudflare/gone.ts';
import type { WranglerAnswer } from '../../cloudflare/wrangler.ts';
import { broken, ok, unchecked } from '../finding.ts';
import type { Finding } from '../finding.ts';
import { withoutLogin } from './context.ts';
import type { CloudflareContext } from './context.ts';

/** Each bucket and queue is in the account. */
export async function checkResources({ deployment, wrangler, login }: CloudflareContext): Promise<readonly Finding[]> {
  const wanted = [
    ...deployment.buckets.map((name) => ({ subject: `R2 bucket ${name}`, words: ['r2', 'bucket'], name })),
    ...deployment.queues.map((name) => ({ subject: `queue ${name}`, words: ['queues'], name })),
  ];
  if (!(await login)) return wanted.map(({ subject }) => withoutLogin(subject));
  return Promise.all(
    wanted.map(async ({ subject, words, name }) =>
      judge(subject, await wrangler.run(...words, 'info', name), `wrangler ${words.join(' ')} create ${name}`),
    ),
  );
}

function judge(subject: string, { isOk, reason }: WranglerAnswer, mend: string): Finding {
  if (isOk) return ok(subject, 'there');
  if (GONE.test(reason)) return broken(subject, 'not in the account', mend);
  return unchecked(subject, reason);
}
