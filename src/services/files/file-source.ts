import type { FileSource } from '../../levi/sources/file-source.ts';
import type { FileRow } from '../../store/queries/files.ts';
import type { Context } from '../context.ts';
import { fileNotFound } from './require-file.ts';

/**
 * A file as the readers of training data want it. Reading rejects with `file_not_found` (`param`) when it is gone: its row was there
 * a moment ago, and another request deleted it in between.
 */
export function fileSource(
  { services }: Context,
  { id, blobKey, sizeBytes }: Pick<FileRow, 'id' | 'blobKey' | 'sizeBytes'>,
  param: string,
): FileSource {
  return {
    sizeBytes,
    open: async () => {
      const content = await services.blobs.get(blobKey);
      if (!content) throw fileNotFound(id, param);
      return content.body;
    },
    read: async (offset, length) => {
      const bytes = await services.blobs.read(blobKey, { offset, length });
      if (!bytes) throw fileNotFound(id, param);
      return bytes;
    },
  };
}
