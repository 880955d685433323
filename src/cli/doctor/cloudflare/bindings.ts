import { isPlaceholder, isPlaceholderUrl } from '../../cloudflare/deployment.ts';
import type { BindingKind, Deployment } from '../../cloudflare/deployment.ts';
import { broken, ok } from '../finding.ts';
import type { Finding } from '../finding.ts';
import { envOption } from './context.ts';
import type { CloudflareContext } from './context.ts';

/** What the gateway cannot start without. */
const NEEDED: Readonly<Record<string, BindingKind>> = { DB: 'D1 database', BLOBS: 'R2 bucket' };

/** Every binding that the code needs or that the top level has is in this environment too, and no id is the one that ships. */
export function checkBindings({ deployment }: CloudflareContext): Promise<readonly Finding[]> {
  const { bindings, databases } = deployment;
  const missing = missingBindings(deployment);
  const where = deployment.environment === null ? 'the top level' : `[env.${deployment.environment}]`;
  const findings = [
    ...missing.map(([binding, kind]) =>
      broken(
        `binding ${binding}`,
        `the ${kind} is not in ${where} of wrangler.toml`,
        `repeat its entry there: environments inherit no bindings`,
      ),
    ),
    ...databases
      .filter(({ id }) => isPlaceholder(id))
      .map(({ binding, name }) =>
        broken(
          `binding ${binding}`,
          `the id of the D1 database ${name} is still a placeholder`,
          `levigate cloudflare create${envOption(deployment)} (makes it and writes its id into wrangler.toml)`,
        ),
      ),
    ...addressFindings(deployment),
  ];
  const all = bindings.map(({ binding }) => binding).join(', ');
  return Promise.resolve(findings.length === 0 ? [ok('bindings', all)] : findings);
}

/** Containers are told where to register. */
function addressFindings({ publicUrl, containers }: Deployment): readonly Finding[] {
  if (containers.length === 0 || (publicUrl !== null && !isPlaceholderUrl(publicUrl))) return [];
  return [
    broken(
      'LEVIGATE_PUBLIC_URL',
      `${publicUrl ?? 'nothing'} is no address of yours, and containers would register there`,
      'write the address that "wrangler deploy" prints into vars of wrangler.toml, and deploy again',
    ),
  ];
}

function missingBindings({ bindings, topLevelBindings }: Deployment): readonly (readonly [string, BindingKind])[] {
  const wanted = { ...NEEDED, ...Object.fromEntries(topLevelBindings.map(({ binding, kind }) => [binding, kind])) };
  return Object.entries(wanted).filter(([name]) => !bindings.some(({ binding }) => binding === name));
}
