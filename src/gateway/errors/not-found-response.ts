import { LevigateError } from '../../contract/index.ts';
import type { GatewayContext } from '../gateway-env.ts';
import { toErrorResponse } from './error-response.ts';

interface RegisteredRoute {
  readonly method: string;
  readonly path: string;
}

/** 405 with `Allow` where the path is known by other methods, else 404. @param routes what the app has registered */
export function notFoundResponse(c: GatewayContext, routes: readonly RegisteredRoute[]): Response | Promise<Response> {
  const { method, path } = c.req;
  const allowed = allowedMethods(routes, path);
  if (allowed.length === 0) {
    return toErrorResponse(
      new LevigateError('not_found', `there is no ${method} ${path}: see /openapi.json for the routes`),
      c,
    );
  }
  c.header('allow', allowed.join(', '));
  return toErrorResponse(
    new LevigateError('method_not_allowed', `${path} does not take ${method}, but ${allowed.join(', ')}`),
    c,
  );
}

/** Middleware is registered for ALL methods and says nothing about what is there. */
function allowedMethods(routes: readonly RegisteredRoute[], path: string): readonly string[] {
  const methods = routes
    .filter((route) => route.method !== 'ALL' && toPattern(route.path).test(path))
    .map((route) => route.method);
  return [...new Set(methods)].toSorted();
}

/** `/v1/files/:file_id` as an expression; `:id{...}` brings its own. */
function toPattern(routePath: string): RegExp {
  const source = routePath.replaceAll(/:\w+(?:\{([^}]+)\})?|[.*+?^${}()|[\]\\]/g, (found, own: string | undefined) =>
    found.startsWith(':') ? (own ?? '[^/]+') : `\\${found}`,
  );
  return new RegExp(`^${source}$`);
}
