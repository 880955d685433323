import { toPage } from '../../contract/index.ts';
import type { Page, PageQuery, Project } from '../../contract/index.ts';
import { listProjects as selectProjects } from '../../store/queries/projects.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { toProject } from './to-wire.ts';

/** All of the installation, newest first. */
export async function listProjects(ctx: Context, { after, limit }: PageQuery): Promise<Page<Project>> {
  requireScope(ctx, 'admin:read');
  const rows = await selectProjects(ctx.services.db, { after, limit: limit + 1 });
  return toPage(rows.slice(0, limit).map(toProject), rows.length > limit);
}
