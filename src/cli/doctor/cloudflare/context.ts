import type { Deployment } from '../../cloudflare/deployment.ts';
import type { Login } from '../../cloudflare/find-login.ts';
import type { Wrangler } from '../../cloudflare/wrangler.ts';
import { unchecked } from '../finding.ts';
import type { Finding } from '../finding.ts';

export interface CloudflareContext {
  readonly deployment: Deployment;
  readonly wrangler: Wrangler;
  /** On the file's top level, which `wrangler dev` runs on this machine. */
  readonly localWrangler: Wrangler;
  /** Looked up once, for all checks; null when wrangler is not logged in. */
  readonly login: Promise<Login | null>;
  /** Where the deployed gateway answers; null when nobody said. */
  readonly gatewayUrl: string | null;
  /** Of the deployed gateway; null when there is none here. */
  readonly apiKey: string | null;
}

/** As an option of a command to type. */
export const envOption = ({ environment }: Deployment): string => (environment === null ? '' : ` --env ${environment}`);

/** What only the account knows is not checked without a login; the finding about the account says how to log in. */
export const withoutLogin = (subject: string): Finding => unchecked(subject, 'wrangler is not logged in');
