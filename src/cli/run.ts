import type { Command } from 'commander';
import { createBaseProgram } from './base-program.ts';
import { addStartCommand } from './commands/start.ts';

/** Does what the command line asks for; never rejects. */
export async function run(): Promise<void> {
  try {
    await (await programFor(process.argv[2])).parseAsync();
  } catch (error) {
    const { reportFailure } = await import('./failure.ts');
    reportFailure(error);
  }
}

/** A server that is woken starts sooner without the code of all that it is not asked for. */
async function programFor(name: string | undefined): Promise<Command> {
  if (name !== 'start') return (await import('./program.ts')).createProgram();
  const program = createBaseProgram();
  addStartCommand(program);
  return program;
}
