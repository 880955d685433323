import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import { metricsOf } from '../../services/metrics.ts';
import type { Services } from '../../services/ports.ts';
import type { GatewayContext, GatewayEnv } from '../gateway-env.ts';

/** Every request as a count, a time and, where they are exported, a span. Routes are named as registered, so their number is bounded. */
export const observe = (services: Services) => {
  const metrics = metricsOf(services);
  const { tracer } = services;
  return createMiddleware<GatewayEnv>(async function observe(c, next) {
    const startMs = performance.now();
    const span = tracer?.start('request', { kind: 'server', traceparent: c.req.header('traceparent') });
    if (span) c.set('span', span);
    await next();
    const { status } = c.res;
    const route = registeredRoute(c);
    const method = METHODS.has(c.req.method) ? c.req.method : 'OTHER';
    metrics.httpRequests.add({ method, route, status: String(status) });
    metrics.httpDuration.observe((performance.now() - startMs) / 1000, { route });
    if (!span) return;
    span.rename(`${method} ${route}`);
    span.set({
      'http.request.method': method,
      'http.route': route,
      'http.response.status_code': status,
      'levigate.request_id': c.get('requestId'),
    });
    span.end(status >= 500 ? { error: c.error?.message ?? String(status) } : {});
  });
};

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

/** What matched last is the handler; where only middleware did, there was none. */
function registeredRoute(c: GatewayContext): string {
  const path = routePath(c, -1);
  return path.endsWith('*') ? 'none' : path;
}
