import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileSource } from './file-source.ts';
import { PartialFile } from './partial-file.ts';
import { SourceError } from './source-error.ts';

/** A folder of the user's with the files in a folder of the backbone's name, or in it. */
export function createFolderSource(folder: string, backboneId: string): FileSource {
  return {
    name: `folder ${folder}`,
    async provide(requests, { onProgress }) {
      for (const { file, target } of requests) {
        const path = await findFile([join(folder, backboneId, file.path), join(folder, file.path)]);
        await using partial = await PartialFile.open(target, file, onProgress);
        await partial.restart();
        await partial.receive(createReadStream(path));
        await partial.commit();
      }
    },
  };
}

async function findFile(candidates: readonly string[]): Promise<string> {
  for (const path of candidates) {
    const found = await stat(path).catch(() => null);
    if (found?.isFile() === true) return path;
  }
  throw new SourceError(`there is no ${candidates.join(' or ')}`);
}
