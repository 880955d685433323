import { LevigateError } from '../../contract/index.ts';
import type { Project } from '../../contract/index.ts';
import { findProject } from '../../store/queries/projects.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { toProject } from './to-wire.ts';

export async function getProject(ctx: Context, id: string): Promise<Project> {
  requireScope(ctx, 'admin:read');
  const row = await findProject(ctx.services.db, id);
  if (!row) throw projectNotFound(id);
  return toProject(row);
}

export const projectNotFound = (id: string): LevigateError =>
  new LevigateError('project_not_found', `there is no project "${id}": list the projects to see their ids`, {
    param: 'project_id',
  });
