import type { FileObject, FilesQuery, Page } from '../../contract/index.ts';
import { listFiles as selectFiles } from '../../store/queries/files.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { readPage } from '../read-page.ts';
import { toFileObject } from './to-wire.ts';

export async function listFiles(ctx: Context, query: FilesQuery): Promise<Page<FileObject>> {
  requireScope(ctx, 'files:read');
  const { services, actor } = ctx;
  const nowMs = services.clock.nowMs();
  return readPage(query, {
    read: (asked) => selectFiles(services.db, { ...asked, projectId: actor.projectId, nowMs }),
    toItem: toFileObject,
  });
}
