import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import type { TarEntry } from 'modern-tar';

/** A tar archive of files. */
export const createTar = (files: Readonly<Record<string, Uint8Array | string>>): Promise<Uint8Array<ArrayBuffer>> =>
  packTar(Object.entries(files).map(([name, content]) => tarFile(name, content)));

export const tarFile = (name: string, content: Uint8Array | string): TarEntry => {
  const body = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { header: { name, size: body.length, type: 'file' }, body };
};

export const createTarGz = async (
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(gzipSync(await createTar(files)));
