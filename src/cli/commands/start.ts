import type { Command } from 'commander';

export function addStartCommand(program: Command): void {
  program
    .command('start')
    .description('run the gateway and its worker on this machine (PORT, LEVIGATE_DATA and others configure it)')
    .option('--cloudflare', "with the gateway in Cloudflare's own runtime, as wrangler has it for this machine")
    .action(async ({ cloudflare = false }: { readonly cloudflare?: boolean }) => {
      const stop = new Promise<void>((resolve) => {
        for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
      });
      await (cloudflare ? serveInWorkerd(stop) : serveOnNode(stop));
    });
}

// Loaded when they are asked for: no other command needs them.
async function serveOnNode(stop: Promise<void>): Promise<void> {
  const { startNode } = await import('../../../functions/node.ts');
  await using _server = await startNode(process.env);
  await stop;
}

async function serveInWorkerd(stop: Promise<void>): Promise<void> {
  const { startLocalCloudflare } = await import('../../../functions/local-cloudflare.ts');
  await using server = await startLocalCloudflare(process.env);
  const hasEnded = await Promise.race([stop.then(() => false), server.ended.then(() => true)]);
  if (hasEnded) throw new Error("Cloudflare's local runtime has ended: its messages stand above");
}
