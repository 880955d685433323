import type { Page, PageQuery, Project } from '../../contract/index.ts';
import { listProjects as selectProjects } from '../../store/queries/projects.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { readPage } from '../read-page.ts';
import { toProject } from './to-wire.ts';

/** All of the installation, newest first. */
export async function listProjects(ctx: Context, query: PageQuery): Promise<Page<Project>> {
  requireScope(ctx, 'admin:read');
  return readPage(query, { read: (asked) => selectProjects(ctx.services.db, asked), toItem: toProject });
}
