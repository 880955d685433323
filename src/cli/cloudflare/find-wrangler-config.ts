import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** The named file, else wrangler.toml here or in a folder above. @throws Error that says where it was looked for */
export async function findWranglerConfig(named: string | undefined, from = process.cwd()): Promise<string> {
  if (named !== undefined) return resolve(from, named);
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'wrangler.toml');
    const isThere = await access(candidate).then(
      () => true,
      () => false,
    );
    if (isThere) return candidate;
    if (folder === dirname(folder))
      throw new Error(
        `there is no wrangler.toml in ${from} or above: run this in the repository, or give --config FILE`,
      );
  }
}
