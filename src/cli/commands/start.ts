import type { Command } from 'commander';
import { startNode } from '../../../functions/node.ts';

export function addStartCommand(program: Command): void {
  program
    .command('start')
    .description('run the gateway and its worker on this machine (PORT, LEVIGATE_DATA and others configure it)')
    .action(async () => {
      const server = await startNode(process.env);
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
      });
      await server[Symbol.asyncDispose]();
    });
}
