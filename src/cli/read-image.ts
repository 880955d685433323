import { readFile } from 'node:fs/promises';

/** A file as a request carries it. @throws Error naming the file when it cannot be read */
export async function readImage(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new Error(`cannot read the image ${path}`, { cause });
  });
  return bytes.toString('base64');
}
