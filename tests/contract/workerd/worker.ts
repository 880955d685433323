/** The suites run beside it; nobody asks it for anything. */
export default { fetch: () => new Response('nothing is here', { status: 404 }) } satisfies ExportedHandler;
