import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { isPlaceholderUrl } from '../cloudflare/deployment.ts';
import type { Deployment } from '../cloudflare/deployment.ts';
import { findLogin } from '../cloudflare/find-login.ts';
import { findWranglerConfig } from '../cloudflare/find-wrangler-config.ts';
import { readDeployment } from '../cloudflare/read-deployment.ts';
import { createWrangler } from '../cloudflare/wrangler.ts';
import { CLOUDFLARE_CHECKS } from '../doctor/cloudflare/checks.ts';
import type { Finding } from '../doctor/finding.ts';
import { formatFindings } from '../doctor/format-findings.ts';
import { MACHINE_CHECKS } from '../doctor/machine/checks.ts';
import { runChecks } from '../doctor/run-checks.ts';

interface DoctorOptions {
  readonly cloudflare?: boolean;
  readonly env?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** The installation's root, from the built dist/cli.mjs. */
const ROOT = dirname(import.meta.dirname);

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('say what is wrong with this machine, or with a deployment on Cloudflare, and how to mend it')
    .option('--cloudflare', 'look at the deployment that wrangler.toml describes')
    .option('--env <name>', "of wrangler.toml's environments, such as production")
    .option('--config <file>', 'another wrangler.toml')
    .option('--json', 'findings as JSON')
    .action(async ({ cloudflare = false, env, config, json = false }: DoctorOptions, command: Command) => {
      const findings = cloudflare ? await examineCloudflare(command, env, config) : await examineMachine();
      console.log(json ? JSON.stringify({ findings }, null, 2) : formatFindings(findings));
      if (findings.some(({ state }) => state === 'broken')) process.exitCode = 1;
    });
}

const examineMachine = (): Promise<readonly Finding[]> =>
  runChecks(MACHINE_CHECKS, { env: process.env, workerCheck: join(ROOT, 'gpu-worker/dist/check.mjs') });

async function examineCloudflare(
  command: Command,
  env: string | undefined,
  config: string | undefined,
): Promise<readonly Finding[]> {
  const deployment = await readDeployment(await findWranglerConfig(config), env);
  const wrangler = createWrangler(deployment);
  return runChecks(CLOUDFLARE_CHECKS, {
    deployment,
    wrangler,
    localWrangler: createWrangler({ ...deployment, environment: null }),
    login: findLogin(wrangler),
    gatewayUrl: gatewayUrlOf(command, deployment),
    apiKey: process.env['LEVIGATE_API_KEY'] || null,
  });
}

/** What was said on the command line or in the environment, else what wrangler.toml says; never this machine's default. */
function gatewayUrlOf(command: Command, { publicUrl }: Deployment): string | null {
  if (command.parent?.getOptionValueSource('url') !== 'default') return command.optsWithGlobals<{ url: string }>().url;
  return publicUrl === null || isPlaceholderUrl(publicUrl) ? null : publicUrl;
}
