import type { Check } from '../run-checks.ts';
import { checkAccount } from './account.ts';
import { checkBindings } from './bindings.ts';
import type { CloudflareContext } from './context.ts';
import { checkGateway } from './gateway.ts';
import { checkMigrations } from './migrations.ts';
import { checkResources } from './resources.ts';
import { checkSecrets } from './secrets.ts';

/** In the order in which a deployment comes about. */
export const CLOUDFLARE_CHECKS: readonly Check<CloudflareContext>[] = [
  { subject: 'account', run: checkAccount },
  { subject: 'bindings', run: checkBindings },
  { subject: 'resources', run: checkResources },
  { subject: 'migrations', run: checkMigrations },
  { subject: 'secrets', run: checkSecrets },
  { subject: 'gateway', run: checkGateway },
];
