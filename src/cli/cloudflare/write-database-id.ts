import { readFile, writeFile } from 'node:fs/promises';
import type { DatabaseResource, Deployment } from './deployment.ts';
import { readDeployment } from './read-deployment.ts';

/**
 * Puts a database's id into wrangler.toml in the place of the one that ships, everything else as it was: a writer of TOML
 * would lose the comments.
 * @throws Error that says what to write where, when the old id does not tell the place
 */
export async function writeDatabaseId(
  { path, environment }: Pick<Deployment, 'path' | 'environment'>,
  { binding, id: oldId }: Pick<DatabaseResource, 'binding' | 'id'>,
  id: string,
): Promise<void> {
  const before = await readFile(path, 'utf8');
  const [start, end, ...others] = oldId ? before.split(`"${oldId}"`) : [before];
  if (start !== undefined && end !== undefined && others.length === 0) {
    await writeFile(path, `${start}"${id}"${end}`);
    const { databases } = await readDeployment(path, environment);
    if (databases.some((database) => database.binding === binding && database.id === id)) return;
    await writeFile(path, before);
  }
  const where = environment === null ? '' : ` of the environment ${environment}`;
  throw new Error(
    `write database_id = "${id}" into the D1 entry ${binding}${where} of ${path}: its place could not be told`,
  );
}
