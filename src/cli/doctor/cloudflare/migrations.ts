import { readdir } from 'node:fs/promises';
import { z } from 'zod';
import type { DatabaseResource } from '../../cloudflare/deployment.ts';
import { isPlaceholder } from '../../cloudflare/deployment.ts';
import { GONE } from '../../cloudflare/gone.ts';
import { parseJsonOutput } from '../../cloudflare/parse-json.ts';
import type { WranglerAnswer } from '../../cloudflare/wrangler.ts';
import { broken, note, ok, unchecked } from '../finding.ts';
import type { Finding } from '../finding.ts';
import { envOption, withoutLogin } from './context.ts';
import type { CloudflareContext } from './context.ts';

const Applied = z.array(z.object({ results: z.array(z.object({ name: z.string() })) })).min(1);
/** As JSON, where `d1 migrations list` prints a table for people. */
const APPLIED = 'select name from d1_migrations order by id';

type Side = 'remote' | 'local';

/** Every migration of the folder is applied: to the account's database, and to the one that `wrangler dev` uses. */
export async function checkMigrations(context: CloudflareContext): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    context.deployment.databases.flatMap((database) => [
      checkSide(context, database, 'remote'),
      checkSide(context, database, 'local'),
    ]),
  );
  return findings;
}

async function checkSide(
  { deployment, wrangler, localWrangler, login }: CloudflareContext,
  { binding, id, migrationsFolder }: DatabaseResource,
  side: Side,
): Promise<Finding> {
  const subject = `migrations of ${binding}, ${side}`;
  if (side === 'remote' && isPlaceholder(id)) return unchecked(subject, 'the database has no id yet');
  if (side === 'remote' && !(await login)) return withoutLogin(subject);
  const answer = await (side === 'remote' ? wrangler : localWrangler).run(
    'd1',
    'execute',
    binding,
    `--${side}`,
    '--json',
    '--command',
    APPLIED,
  );
  const applied = readApplied(answer);
  if (applied === null && side === 'remote' && GONE.test(answer.reason))
    return broken(subject, 'the database is not in the account', `levigate cloudflare create${envOption(deployment)}`);
  if (applied === null) return unchecked(subject, `wrangler d1 execute: ${answer.reason}`);
  const files = (await readdir(migrationsFolder)).filter((name) => name.endsWith('.sql')).toSorted();
  const open = files.filter((name) => !applied.includes(name));
  if (open.length === 0) return ok(subject, `all ${files.length} are applied`);
  const message = `${open.length} of ${files.length} are not applied: ${open.join(', ')}`;
  const apply = `wrangler d1 migrations apply ${binding} --${side}`;
  if (side === 'remote') return broken(subject, message, `${apply}${envOption(deployment)}`);
  // Nobody needs a local database who does not run `wrangler dev`.
  return note(subject, message, apply);
}

/** null when it cannot be told. A database without the table has none applied. */
function readApplied({ isOk, stdout, reason }: WranglerAnswer): readonly string[] | null {
  if (isOk) return parseJsonOutput(stdout, Applied)?.flatMap(({ results }) => results.map(({ name }) => name)) ?? null;
  return /no such table/i.test(`${reason} ${stdout}`) ? [] : null;
}
