import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSources } from '../../../gpu-worker/src/backbones/fetch/create-sources.ts';
import { fetchFiles } from '../../../gpu-worker/src/backbones/fetch/fetch-files.ts';
import { createFolderSource } from '../../../gpu-worker/src/backbones/fetch/folder-source.ts';
import { createHubSource } from '../../../gpu-worker/src/backbones/fetch/hub-source.ts';
import type { BackboneProgress } from '../../../gpu-worker/src/backbones/progress.ts';
import type { TextBackboneSpec } from '../../../gpu-worker/src/backbones/registry.ts';
import { startHubMirror } from '../../support/hub-mirror.ts';
import type { HubMirror } from '../../support/hub-mirror.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const config = new TextEncoder().encode('{"model_type":"bert"}');
const weights = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7919) % 251);
const files = { 'config.json': config, 'model.safetensors': weights };

const spec: TextBackboneSpec = {
  id: 'tiny',
  modality: 'text',
  isPublished: true,
  repository: 'someone/tiny',
  revision: '0123456789abcdef',
  license: 'Apache-2.0',
  weights: 'safetensors',
  maxTokens: 16,
  tokenizerConfig: {},
  files: Object.entries(files).map(([path, bytes]) => ({
    path,
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  })),
};
const quiet = { onProgress: () => undefined, signal: new AbortController().signal };

const hubSource = (hub: HubMirror, token?: string): ReturnType<typeof createHubSource> =>
  createHubSource({ ...spec, endpoint: hub.url, token, retryDelayMs: 1 });

async function expectFetched(folder: string): Promise<void> {
  expect((await readdir(folder)).toSorted()).toEqual(['config.json', 'model.safetensors']);
  await expectWeights(folder);
}

async function expectWeights(folder: string): Promise<void> {
  // toEqual goes through 300,000 bytes one by one.
  expect(Buffer.compare(await readFile(join(folder, 'model.safetensors')), weights)).toBe(0);
}

describe('fetching from the hub', () => {
  it('asks for each file at the pinned revision and reports its progress', async () => {
    await using folder = await createTemporaryFolder();
    await using hub = await startHubMirror({ files });
    const events: BackboneProgress[] = [];
    const onProgress = (event: BackboneProgress): number => events.push(event);
    await fetchFiles(spec, folder.path, { ...quiet, onProgress, sources: [hubSource(hub)] });
    await expectFetched(folder.path);
    expect(hub.requests.map(({ path }) => path)).toEqual([
      '/someone/tiny/resolve/0123456789abcdef/config.json',
      '/someone/tiny/resolve/0123456789abcdef/model.safetensors',
    ]);
    expect(events.at(-1)).toEqual({ file: 'model.safetensors', receivedBytes: 300_000, totalBytes: 300_000 });
  });

  it('goes on where a broken connection left off', async () => {
    await using folder = await createTemporaryFolder();
    await using hub = await startHubMirror({ files: { 'model.safetensors': weights }, dropAfterBytes: 100_000 });
    const onlyWeights = { ...spec, files: spec.files.slice(1) };
    await fetchFiles(onlyWeights, folder.path, { ...quiet, sources: [hubSource(hub)] });
    await expectWeights(folder.path);
    expect(hub.requests.map(({ range }) => range)).toEqual([null, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
  });

  it('goes on where a killed process left off', async () => {
    await using folder = await createTemporaryFolder();
    await using hub = await startHubMirror({ files });
    await writeFile(join(folder.path, 'model.safetensors.partial'), weights.subarray(0, 250_000));
    await fetchFiles(spec, folder.path, { ...quiet, sources: [hubSource(hub)] });
    await expectFetched(folder.path);
    expect(hub.requests.at(-1)?.range).toBe('bytes=250000-');
  });

  it('starts anew at a server without ranges', async () => {
    await using folder = await createTemporaryFolder();
    await using hub = await startHubMirror({ files, hasRanges: false, dropAfterBytes: 15 });
    await fetchFiles(spec, folder.path, { ...quiet, sources: [hubSource(hub)] });
    await expectFetched(folder.path);
  });

  it('throws away a partial file of other bytes and fetches the right ones', async () => {
    await using folder = await createTemporaryFolder();
    await using hub = await startHubMirror({ files });
    await writeFile(join(folder.path, 'model.safetensors.partial'), new Uint8Array(250_000));
    await fetchFiles(spec, folder.path, { ...quiet, sources: [hubSource(hub)] });
    await expectFetched(folder.path);
  });

  it('refuses wrong bytes, names both hashes and leaves nothing behind', async () => {
    await using folder = await createTemporaryFolder();
    const wrong = weights.map((byte, at) => (at === 1000 ? byte ^ 1 : byte));
    await using hub = await startHubMirror({ files: { ...files, 'model.safetensors': wrong } });
    const fetched = fetchFiles(spec, folder.path, { ...quiet, sources: [hubSource(hub)] });
    await expect(fetched).rejects.toMatchObject({ code: 'backbone_unavailable' });
    await expect(fetched).rejects.toThrow(
      new RegExp(`model.safetensors has SHA-256 [0-9a-f]{64} where ${spec.files[1]?.sha256} is pinned; refused`),
    );
    expect(await readdir(folder.path)).toEqual(['config.json']);
  });

  it('refuses a file that is longer than pinned before it fills the disk', async () => {
    await using folder = await createTemporaryFolder();
    await using hub = await startHubMirror({ files: { ...files, 'config.json': new Uint8Array(5_000_000) } });
    const fetched = fetchFiles(spec, folder.path, { ...quiet, sources: [hubSource(hub)] });
    await expect(fetched).rejects.toThrow('config.json is longer than the pinned 21 bytes; refused');
  });

  it('sends HF_TOKEN, and says so where it is missing', async () => {
    await using folder = await createTemporaryFolder();
    await using hub = await startHubMirror({ files, token: 'hf_secret' });
    const withoutToken = fetchFiles(spec, folder.path, { ...quiet, sources: [hubSource(hub)] });
    await expect(withoutToken).rejects.toThrow('answered 401; set HF_TOKEN');
    await fetchFiles(spec, folder.path, { ...quiet, sources: [hubSource(hub, 'hf_secret')] });
    await expectFetched(folder.path);
  });

  it('stops when it is told to', async () => {
    await using folder = await createTemporaryFolder();
    const controller = new AbortController();
    await using hub = await startHubMirror({
      files,
      beforeAnswer: async () => controller.abort(new Error('told to stop')),
    });
    const fetched = fetchFiles(spec, folder.path, { ...quiet, signal: controller.signal, sources: [hubSource(hub)] });
    await expect(fetched).rejects.toThrow('told to stop');
  });
});

describe('the order of sources', () => {
  it('asks nobody when the cache has every file', async () => {
    await using folder = await createTemporaryFolder();
    await using hub = await startHubMirror({ files });
    for (const [path, bytes] of Object.entries(files)) await writeFile(join(folder.path, path), bytes);
    await fetchFiles(spec, folder.path, { ...quiet, sources: [hubSource(hub)] });
    expect(hub.requests).toEqual([]);
  });

  it('fetches a damaged file of the cache again', async () => {
    await using folder = await createTemporaryFolder();
    await using hub = await startHubMirror({ files });
    await writeFile(join(folder.path, 'config.json'), config);
    await writeFile(join(folder.path, 'model.safetensors'), new Uint8Array(300_000));
    await fetchFiles(spec, folder.path, { ...quiet, sources: [hubSource(hub)] });
    await expectFetched(folder.path);
    expect(hub.requests).toHaveLength(1);
  });

  it("takes files from the user's folder, or from the backbone's folder in it", async () => {
    await using own = await createTemporaryFolder();
    await using folder = await createTemporaryFolder();
    await mkdir(join(own.path, 'tiny'));
    await writeFile(join(own.path, 'config.json'), config);
    await writeFile(join(own.path, 'tiny', 'model.safetensors'), weights);
    await fetchFiles(spec, folder.path, { ...quiet, sources: [createFolderSource(own.path, 'tiny')] });
    await expectFetched(folder.path);
  });

  it('moves on to the next source for what the first does not have', async () => {
    await using folder = await createTemporaryFolder();
    await using first = await startHubMirror({ files: { 'config.json': config } });
    await using second = await startHubMirror({ files });
    await fetchFiles(spec, folder.path, { ...quiet, sources: [hubSource(first), hubSource(second)] });
    await expectFetched(folder.path);
    expect(second.requests.map(({ path }) => path)).toEqual([
      '/someone/tiny/resolve/0123456789abcdef/model.safetensors',
    ]);
  });

  it('says what was tried and what to do when no source answers', async () => {
    await using folder = await createTemporaryFolder();
    await using gone = await startHubMirror({ files });
    await gone[Symbol.asyncDispose]();
    const sources = createSources(spec, { folder: folder.path, hubEndpoint: gone.url });
    const target = join(folder.path, 'target');
    const message = await fetchFiles(spec, target, { ...quiet, sources }).then(
      () => 'it was fetched',
      (error: unknown) => String(error),
    );
    expect(message.replaceAll(folder.path, '<folder>').replaceAll(gone.url, '<hub>').replace(/:\d+$/m, ':<port>'))
      .toMatchInlineSnapshot(`
      "LevigateError: Backbone 'tiny' could not be fetched. Tried:
      - cache <folder>/target: lacks config.json, model.safetensors
      - folder <folder>: there is no <folder>/tiny/config.json or <folder>/config.json
      - Hugging Face hub <hub>: <hub>/someone/tiny/resolve/0123456789abcdef/config.json: connect ECONNREFUSED 127.0.0.1:<port>
      What to do:
      - allow this machine to reach the hub (HF_ENDPOINT names a mirror, HF_TOKEN a token)
      - or download config.json, model.safetensors from someone/tiny at revision 0123456789abcdef elsewhere, and set LEVIGATE_BACKBONE_DIR to their folder"
    `);
  });
});
