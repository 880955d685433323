import { findModels } from '../../store/queries/models.ts';
import type { ModelRow } from '../../store/queries/models.ts';
import { perDatabase } from '../per-database.ts';
import type { Services } from '../ports.ts';

/** Bounds how long another gateway may still ask for a model that was deleted here. A model's row never changes. */
const FRESH_MS = 10_000;
const MAX_MODELS = 10_000;

export interface ModelCache {
  /** Those of the ids that the project has, by id; what is not in memory is read at once. */
  findAll(
    services: Pick<Services, 'db' | 'clock'>,
    wanted: { readonly ids: readonly string[]; readonly projectId: string },
  ): Promise<ReadonlyMap<string, ModelRow>>;
  delete(row: Pick<ModelRow, 'id' | 'projectId'>): void;
}

/** The rows of models lately predicted with, so that a prediction does not wait for the database. */
export const modelCacheOf = perDatabase<ModelCache>(() => {
  const entries = new Map<string, { readonly row: ModelRow; readonly readMs: number }>();
  // An id is looked up within its project only.
  const keyOf = (projectId: string, id: string): string => `${projectId} ${id}`;

  function keep(row: ModelRow, readMs: number): void {
    const key = keyOf(row.projectId, row.id);
    entries.delete(key);
    entries.set(key, { row, readMs });
    const [oldest] = entries.keys();
    if (entries.size > MAX_MODELS && oldest !== undefined) entries.delete(oldest);
  }

  return {
    async findAll({ db, clock }, { ids, projectId }) {
      const nowMs = clock.nowMs();
      const found = new Map<string, ModelRow>();
      const missing: string[] = [];
      for (const id of ids) {
        const entry = entries.get(keyOf(projectId, id));
        if (entry && nowMs - entry.readMs < FRESH_MS) found.set(id, entry.row);
        else missing.push(id);
      }
      if (missing.length === 0) return found;
      for (const row of await findModels(db, { ids: missing, projectId })) {
        keep(row, nowMs);
        found.set(row.id, row);
      }
      return found;
    },
    delete: ({ projectId, id }) => void entries.delete(keyOf(projectId, id)),
  };
});
