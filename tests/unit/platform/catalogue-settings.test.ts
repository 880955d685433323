import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseNodeConfig } from '../../../src/platform/node/config.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const catalogue = JSON.stringify({
  backbones: [{ name: 'own-encoder', modality: 'image', taps: 13, folder: '/models/own' }],
});
const builtIn = ['all-minilm-l6-v2', 'mobilenet-v2'];

test('LEVIGATE_CATALOGUE names a file', async () => {
  await using folder = await createTemporaryFolder();
  const path = join(folder.path, 'catalogue.json');
  await writeFile(path, catalogue);
  expect(Object.keys(parseNodeConfig({ LEVIGATE_CATALOGUE: path }).settings.backbones)).toEqual([
    ...builtIn,
    'own-encoder',
  ]);
  expect(Object.keys(parseNodeConfig({ LEVIGATE_CATALOGUE: '' }).settings.backbones)).toEqual(builtIn);
  await writeFile(path, catalogue.replace('13', '"many"'));
  expect(() => parseNodeConfig({ LEVIGATE_CATALOGUE: path })).toThrow('backbones.0.taps');
});
