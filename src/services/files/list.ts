import { toPage } from '../../contract/index.ts';
import type { FileObject, FilesQuery, Page } from '../../contract/index.ts';
import { listFiles as selectFiles } from '../../store/queries/files.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { toFileObject } from './to-wire.ts';

export async function listFiles(ctx: Context, query: FilesQuery): Promise<Page<FileObject>> {
  requireScope(ctx, 'files:read');
  const { services, actor } = ctx;
  const rows = await selectFiles(services.db, {
    ...query,
    projectId: actor.projectId,
    nowMs: services.clock.nowMs(),
    limit: query.limit + 1,
  });
  return toPage(rows.slice(0, query.limit).map(toFileObject), rows.length > query.limit);
}
