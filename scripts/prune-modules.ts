import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { arch, argv, platform } from 'node:process';

/**
 * Takes out of a production node_modules what never runs in a container of this platform, three quarters of its bytes:
 * `node scripts/prune-modules.ts node_modules`. For images only; an installation that is used further keeps them.
 */
const [folder] = argv.slice(2);
if (!folder) throw new Error('usage: node scripts/prune-modules.ts <node_modules>');

const remove = (...path: readonly string[]): void => rmSync(join(folder, ...path), { recursive: true, force: true });
const list = (...path: readonly string[]): readonly string[] => readdirSync(join(folder, ...path));

const binaries = ['onnxruntime-node', 'bin', 'napi-v6'];
for (const system of list(...binaries)) {
  if (system !== platform) remove(...binaries, system);
}
for (const processor of list(...binaries, platform)) {
  if (processor !== arch) remove(...binaries, platform, processor);
}
// Transformers.js has it built in for Node and asks for the package for browsers' bundlers.
remove('onnxruntime-web');
// The image has Node.
for (const name of list()) {
  if (name.startsWith('node-linux-')) remove(name);
}
