import { z } from 'zod';
import { GONE } from '../../cloudflare/gone.ts';
import { parseJsonOutput } from '../../cloudflare/parse-json.ts';
import { CLOUDFLARE_SECRETS, putCommand } from '../../cloudflare/secrets.ts';
import type { SecretInfo } from '../../cloudflare/secrets.ts';
import { broken, note, ok, unchecked } from '../finding.ts';
import type { Finding } from '../finding.ts';
import { envOption, withoutLogin } from './context.ts';
import type { CloudflareContext } from './context.ts';

const Secrets = z.array(z.object({ name: z.string() }));

/** Names alone: nobody can read a secret's value back. */
export async function checkSecrets({ deployment, wrangler, login }: CloudflareContext): Promise<readonly Finding[]> {
  const wanted = [...CLOUDFLARE_SECRETS, ...othersRequired(deployment.requiredSecrets)];
  if (!(await login)) return [withoutLogin(`secrets ${wanted.map(({ name }) => name).join(', ')}`)];
  const { isOk, stdout, reason } = await wrangler.run('secret', 'list');
  if (!isOk && GONE.test(reason)) {
    const mend = `wrangler deploy${envOption(deployment)}`;
    return [broken('worker', `${deployment.workerName} is not deployed, so it has no secrets either`, mend)];
  }
  const found = isOk ? parseJsonOutput(stdout, Secrets) : null;
  if (!found) return [unchecked('secrets', `wrangler secret list: ${reason}`)];
  const names = new Set(found.map(({ name }) => name));
  return wanted.map((secret) => judge(secret, names.has(secret.name), deployment.environment));
}

const othersRequired = (names: readonly string[]): readonly SecretInfo[] =>
  names
    .filter((name) => !CLOUDFLARE_SECRETS.some((secret) => secret.name === name))
    .map((name) => ({ name, isNeeded: true, purpose: 'required by wrangler.toml', make: null }));

function judge({ name, isNeeded, purpose, make }: SecretInfo, isSet: boolean, environment: string | null): Finding {
  const subject = `secret ${name}`;
  if (isSet) return ok(subject, 'set');
  const put = make === null ? putCommand(name, environment) : `${make} | ${putCommand(name, environment)}`;
  return isNeeded ? broken(subject, `not set (${purpose})`, put) : note(subject, `not set (${purpose})`);
}
