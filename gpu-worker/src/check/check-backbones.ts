import { readBackboneEnvironment } from '../backbones/backbone-options.ts';
import { preparedFolderOf } from '../backbones/prepared-folder.ts';
import { readPrepared } from '../backbones/prepared-backbone.ts';
import { BACKBONES } from '../backbones/registry.ts';
import type { WorkerConfig } from '../config.ts';

export interface BackboneCheck {
  readonly name: string;
  /** `at_first_use`: it is fetched or prepared then; `unknown`: nobody has described it. */
  readonly state: 'prepared' | 'at_first_use' | 'unknown';
}

/** Whether the backbones that a worker opens at its start are on disk. The operator's own are looked at when they are opened. */
export function checkBackbones({ backbones, catalogue }: WorkerConfig): Promise<readonly BackboneCheck[]> {
  const { cacheDir } = readBackboneEnvironment(process.env);
  return Promise.all(
    backbones.map(async (name): Promise<BackboneCheck> => {
      if (catalogue.some((entry) => entry.name === name)) return { name, state: 'at_first_use' };
      const spec = BACKBONES.find(({ id }) => id === name);
      if (!spec) return { name, state: 'unknown' };
      const prepared = await readPrepared(preparedFolderOf(spec, cacheDir));
      return { name, state: prepared === null ? 'at_first_use' : 'prepared' };
    }),
  );
}
