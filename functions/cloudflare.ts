export { ProjectLimiter } from '../src/platform/cloudflare/project-limiter.ts';
export { WorkerContainer } from '../src/platform/cloudflare/worker-container.ts';

/**
 * The gateway is evaluated with an isolate's first event, not with its start-up: several classes live in this script, each isolate
 * of which starts it, and a Durable Object or a container needs nothing of it.
 */
const loadGateway = async () => (await import('./cloudflare-gateway.ts')).gateway;

export default {
  /** HTTP: everything under /v1, /worker/v1 and the rest of the app. */
  async fetch(request, env, execution) {
    return (await loadGateway()).fetch(request, env, execution);
  },
  /** Wakes of the outbox, and what the queue gave up. */
  async queue(batch, env) {
    await (await loadGateway()).queue(batch, env);
  },
  /** What no request would do: every minute, and once an hour what can wait. */
  async scheduled(event, env) {
    await (await loadGateway()).scheduled(event, env);
  },
} satisfies ExportedHandler<Bindings>;
