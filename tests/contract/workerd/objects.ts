/** What wrangler.toml beside this has as `main`: the classes of its Durable Objects. */
export { ProjectLimiter } from '../../../src/platform/cloudflare/project-limiter.ts';

// A Worker needs a handler; nobody asks this one.
// oxlint-disable-next-line import/no-default-export
export default { fetch: () => new Response(null, { status: 404 }) };
