import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openNodeBlobStore } from '../../src/platform/node/blob-store.ts';
import { describeBlobStore } from './blob-store.ts';
import type { OpenBlobStore } from './blob-store.ts';

async function openTemporary(): Promise<OpenBlobStore & { readonly root: string }> {
  const root = await mkdtemp(join(tmpdir(), 'levigate-blobs-'));
  return {
    root,
    store: await openNodeBlobStore(root),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

describeBlobStore('node', openTemporary);

test('a refused put leaves no partial file', async () => {
  await using opened = await openTemporary();
  const body = new Response(new Uint8Array(100)).body;
  if (!body) throw new Error('no body');
  await expect(opened.store.put('a', body, { maxBytes: 10 })).rejects.toMatchObject({ code: 'payload_too_large' });
  expect(await readdir(join(opened.root, '.partial'))).toEqual([]);
});

test('opening removes what dead writers left and keeps what a living one writes', async () => {
  await using opened = await openTemporary();
  const partial = join(opened.root, '.partial');
  const living = `${process.ppid}-0-living`;
  await mkdir(partial, { recursive: true });
  for (const name of ['4194304000-0-dead', `${process.pid}-other-earlier`, 'nonsense', living])
    await writeFile(join(partial, name), 'x');
  await openNodeBlobStore(opened.root);
  expect(await readdir(partial)).toEqual([living]);
});
