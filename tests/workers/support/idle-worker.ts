/** Beside the gateway in a test's runtime, for what its configuration binds. */
export default { fetch: () => new Response('nothing is here', { status: 404 }) } satisfies ExportedHandler;
