import { readBackboneEnvironment } from './backbone-options.ts';
import type { PrepareSpecOptions } from './backbone-options.ts';
import { preparedFolderOf } from './prepared-folder.ts';
import { readPrepared } from './prepared-backbone.ts';
import type { PreparedBackbone } from './prepared-backbone.ts';
import type { BackboneSpec } from './registry.ts';

/**
 * Makes a described backbone ready to run: fetched once, every file checked, written as one graph with its weights beside it.
 * Later calls read the manifest. Processes that call at the same time wait for the first.
 */
export async function prepareSpec(spec: BackboneSpec, options: PrepareSpecOptions): Promise<PreparedBackbone> {
  const environment = readBackboneEnvironment(process.env);
  const settings = { ...environment, ...withoutUndefined(options), cacheDir: options.cacheDir ?? environment.cacheDir };
  const ready = await readPrepared(preparedFolderOf(spec, settings.cacheDir));
  if (ready !== null) return ready;
  // A worker that is woken finds it prepared: what prepares it is loaded by those that do not.
  const { prepareAnew } = await import('./prepare-anew.ts');
  return await prepareAnew(spec, settings);
}

function withoutUndefined<T extends object>(options: T): Partial<T> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  // A subset of the entries of T.
  return Object.fromEntries(given) as Partial<T>;
}
