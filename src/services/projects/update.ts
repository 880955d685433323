import type { Project, UpdateProject } from '../../contract/index.ts';
import { updateProject as updateRow } from '../../store/queries/projects.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { keyCacheOf } from '../keys/key-cache.ts';
import { projectNotFound } from './get.ts';
import { toProject } from './to-wire.ts';

/** Name and limits; at once in this process, within 30 s in others. */
export async function updateProject(ctx: Context, id: string, { name, limits }: UpdateProject): Promise<Project> {
  requireScope(ctx, 'admin:write');
  const { services } = ctx;
  const change = { ...(name === undefined ? {} : { name }), ...(limits === undefined ? {} : { limits }) };
  const row = await updateRow(services.db, { id, change });
  if (!row) throw projectNotFound(id);
  keyCacheOf(services).deleteProject(id);
  return toProject(row);
}
