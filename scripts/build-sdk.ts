import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Emits the publishable SDK into dist/sdk: plain ES modules and their types, no dependency. */
const root = join(import.meta.dirname, '..');
const outDir = join(root, 'dist/sdk');
rmSync(outDir, { recursive: true, force: true });
execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.sdk.json'], { cwd: root, stdio: 'inherit' });

const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  license: string;
};
const manifest = {
  name: '@levigate/sdk',
  version,
  description: 'Client of the Levigate fine-tuning and inference API',
  license,
  type: 'module',
  sideEffects: false,
  engines: { node: '>=20' },
  exports: { '.': { types: './index.d.ts', default: './index.js' } },
};
writeFileSync(join(outDir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
copyFileSync(join(root, 'LICENSE'), join(outDir, 'LICENSE'));
