import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import type { FileObject, Levigate } from '../sdk/index.ts';

/** A training file from the disk. @throws Error that says where it was looked for */
export const uploadFile = async (client: Levigate, path: string): Promise<FileObject> =>
  client.files.create({ file: await openFile(path), filename: basename(path), purpose: 'fine-tune' });

async function openFile(path: string): Promise<Blob> {
  try {
    return await openAsBlob(path);
  } catch (error) {
    throw new Error(`cannot read the file ${path}: is the path right?`, { cause: error });
  }
}
