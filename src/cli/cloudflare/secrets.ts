/** What a deployment is told with `wrangler secret put`: the one list that doctor, set-up and docs/deploy.md go by. */
export interface SecretInfo {
  readonly name: string;
  /** Whether nothing works without it. */
  readonly isNeeded: boolean;
  readonly purpose: string;
  /** A shell command that makes a value, where one can be made up. */
  readonly make: string | null;
}

export const CLOUDFLARE_SECRETS: readonly SecretInfo[] = [
  {
    name: 'LEVIGATE_API_KEY',
    isNeeded: true,
    purpose: "the default project's key, with every scope; further keys are made with it",
    make: 'echo "lvg_$(openssl rand -hex 32)"',
  },
  {
    name: 'LEVIGATE_WORKER_TOKEN',
    isNeeded: true,
    purpose: 'what workers present to the gateway: containers get it, workers elsewhere are given it',
    make: 'openssl rand -hex 32',
  },
  {
    name: 'LEVIGATE_WORKER_TOKEN_HASHES',
    isNeeded: false,
    purpose: "SHA-256 (hex) of further workers' own tokens, separated by commas",
    make: 'printf %s "$TOKEN" | sha256sum | cut -d" " -f1',
  },
  {
    name: 'LEVIGATE_R2_ACCESS_KEY_ID',
    isNeeded: false,
    purpose: 'S3 credentials of the bucket: large files then go straight to and from R2',
    make: null,
  },
  { name: 'LEVIGATE_R2_SECRET_ACCESS_KEY', isNeeded: false, purpose: 'belongs to the one above', make: null },
  {
    name: 'LEVIGATE_CATALOGUE',
    isNeeded: false,
    purpose: 'backbones of your own, as JSON (gpu-worker/README.md)',
    make: null,
  },
];

/** How a secret is set, as a command to type. */
export const putCommand = (name: string, environment: string | null): string =>
  `wrangler secret put ${name}${environment === null ? '' : ` --env ${environment}`}`;
