import { z } from 'zod';
import { ApiError, Levigate, LevigateClientError } from '../../../sdk/index.ts';
import { broken, note, ok, unchecked } from '../finding.ts';
import type { Finding } from '../finding.ts';
import type { CloudflareContext } from './context.ts';

const DEADLINE_MS = 15_000;

const Health = z.object({
  status: z.string(),
  version: z.string(),
  workers: z.object({ alive: z.number(), backbones: z.array(z.string()) }),
});
type Health = z.infer<typeof Health>;

/** The deployed gateway answers, workers have registered with it, and it reaches one of them. */
export async function checkGateway({ gatewayUrl, apiKey }: CloudflareContext): Promise<readonly Finding[]> {
  if (gatewayUrl === null) {
    const mend = 'levigate --url https://<worker>.<subdomain>.workers.dev doctor --cloudflare (or set LEVIGATE_URL)';
    return [unchecked('gateway', 'its address is not known here, so neither is whether workers reach it', mend)];
  }
  const health = await askHealth(gatewayUrl);
  if ('state' in health) return [health];
  const { alive, backbones } = health.workers;
  const answers = ok('gateway', `version ${health.version} answers at ${gatewayUrl}`);
  if (alive === 0) {
    const mend = `start one with LEVIGATE_GATEWAY_URL=${gatewayUrl} and a LEVIGATE_WORKER_TOKEN whose hash the gateway has (docs/deploy.md)`;
    return [answers, broken('workers', 'none has been heard of in the last heartbeats', mend)];
  }
  const registered =
    backbones.length === 0
      ? note('workers', `${alive} alive, with no backbone ready yet`, 'look at their GET /health')
      : ok('workers', `${alive} alive, ready: ${backbones.join(', ')}`);
  return [answers, registered, await tryPredicting(gatewayUrl, apiKey)];
}

async function askHealth(url: string): Promise<Health | Finding> {
  const mend = 'look at "wrangler tail", and at the findings above';
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(DEADLINE_MS) });
    if (!response.ok) return broken('gateway', `${url}/health answered ${response.status}`, mend);
    return Health.parse(await response.json());
  } catch (error) {
    const reason =
      error instanceof z.ZodError || error instanceof SyntaxError
        ? 'what answers is no Levigate gateway'
        : String(error);
    return broken('gateway', `${url}/health: ${reason}`, 'give the address that "wrangler deploy" printed with --url');
  }
}

/** Failures of the way from the gateway to a worker; anything else is the model's own affair. */
const UNREACHED = ['no_worker', 'worker_failed', 'timeout'];

/** A worker's heartbeat shows the way to the gateway; a prediction, which is not counted into drift, shows the way back. */
async function tryPredicting(url: string, apiKey: string | null): Promise<Finding> {
  const subject = 'way to the workers';
  if (apiKey === null)
    return unchecked(subject, 'only a prediction shows it', 'export LEVIGATE_API_KEY=<a key of the gateway>');
  const client = new Levigate({ apiKey, baseUrl: `${url}/v1`, maxRetries: 0 });
  const signal = AbortSignal.timeout(DEADLINE_MS);
  try {
    const model = (await client.models.list({ signal })).find(({ id }) => id.startsWith('ft:'));
    if (!model) return unchecked(subject, 'only a prediction shows it, and there is no fine-tuned model yet');
    await client.predict({ model: model.id, input: 'levigate doctor', monitor: false }, { signal });
    return ok(subject, `${model.id} answered`);
  } catch (error) {
    if (!(error instanceof LevigateClientError) && !signal.aborted) throw error;
    if (!(error instanceof ApiError)) return broken(subject, `no answer: ${String(error)}`, 'look at "wrangler tail"');
    if (!UNREACHED.includes(error.code ?? '')) return note(subject, `the prediction was refused: ${error.message}`);
    return broken(
      subject,
      error.message,
      "set each worker's LEVIGATE_WORKER_URL to an address that Cloudflare reaches over https",
    );
  }
}
