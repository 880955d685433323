import { dirname, join } from 'node:path';
import { parseNodeConfig } from '../src/platform/node/config.ts';
import type { NodeConfig } from '../src/platform/node/config.ts';
import { startEmbeddedWorker } from '../src/platform/node/embedded-worker.ts';
import { startHttpServer } from '../src/platform/node/http-server.ts';
import type { Fetch } from '../src/platform/node/http-server.ts';
import { configureLogging } from '../src/platform/node/logging.ts';
import type { NodeGateway } from './node-gateway.ts';

/** The repository's root, from the built dist/. */
const ROOT = dirname(import.meta.dirname);

/**
 * Gateway, clock and worker on one machine, from environment variables. Prints the ready line once a prediction would be accepted.
 *
 * The port is taken and the worker started first: both processes load beside each other, and whoever asks meanwhile is answered when the
 * gateway has opened.
 */
export async function startNode(env: NodeJS.ProcessEnv): Promise<AsyncDisposable> {
  const config = parseNodeConfig(env);
  await using stack = new AsyncDisposableStack();
  // Closed last: what the server answers and the worker says until then is written there.
  const opened = stack.use(new AsyncDisposableStack());
  const { host, port } = config;
  const gateway = Promise.withResolvers<NodeGateway>();
  let answer: Fetch = async (...request) => (await gateway.promise).fetch(...request);
  const server = stack.use(await startHttpServer({ fetch: (...request) => answer(...request), host, port }));
  if (config.embeddedWorker) {
    const script = join(ROOT, 'gpu-worker/dist/main.mjs');
    const workerEnv = { ...env, LEVIGATE_LOG: config.logLevel };
    stack.use(
      startEmbeddedWorker({ script, gatewayUrl: server.url, workerToken: config.embeddedWorkerToken, env: workerEnv }),
    );
  }
  await configureLogging(config.logLevel);
  gateway.resolve(openGateway(config));
  const { fetch, untilReady } = opened.use(await gateway.promise);
  answer = fetch;
  void untilReady.then((isReady) => isReady && process.stdout.write(`ready ${server.url}\n`));
  return stack.move();
}

/** Loads the gateway's code, then opens it. */
async function openGateway(config: NodeConfig): Promise<NodeGateway> {
  const { openNodeGateway } = await import('./node-gateway.ts');
  return await openNodeGateway(config, join(ROOT, 'migrations'));
}
