import type { LeasedJob } from '../../../src/contract/worker-protocol.ts';
import { corruptHeldOut } from '../../../src/levi/index.ts';
import type { CorruptedRows, CorruptHeldOutInput } from '../../../src/levi/index.ts';
import type { Split, Splits } from './load-splits.ts';

export interface CorruptedSplit extends Split, CorruptedRows {}

/** The rows that the run will hold out, once per corruption that the request names and that finds something to change. */
export async function* corruptSplits(
  { train, validation }: Splits,
  { seed }: Pick<LeasedJob, 'seed'>,
  options: Pick<CorruptHeldOutInput, 'config' | 'targets' | 'signal'>,
): AsyncGenerator<CorruptedSplit, void> {
  const corrupting = corruptHeldOut({
    train,
    validation: validation ?? undefined,
    seed,
    // Loaded with the first image.
    corruptImage: async (...image) => (await import('../corruptions/corrupt-image.ts')).corruptImage(...image),
    ...options,
  });
  for await (const rows of corrupting) {
    // Images that were made here are read here, so no line of a file is ever named.
    const origin = { file: 'levi.corruptions', lines: rows.rows };
    if (rows.changed.includes(true)) yield { ...rows, ...origin, name: `corruption ${rows.corruption}` };
  }
}
