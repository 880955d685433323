import { expect, test } from 'vitest';
import { parseSettings } from '../../src/platform/cloudflare/environment.ts';
import type { CloudflareEnvironment } from '../../src/platform/cloudflare/environment.ts';

const catalogue = JSON.stringify({
  backbones: [{ name: 'own-encoder', modality: 'image', taps: 13, folder: '/models/own' }],
});

// The bindings are not looked at.
const env = (values: Partial<CloudflareEnvironment>): CloudflareEnvironment => values as CloudflareEnvironment;

test('LEVIGATE_CATALOGUE is the JSON itself', () => {
  const { backbones } = parseSettings(env({ LEVIGATE_CATALOGUE: catalogue }));
  expect(backbones['own-encoder']).toMatchObject({ modality: 'image', taps: 13, maxTokens: null });
  expect(Object.keys(parseSettings(env({})).backbones)).toEqual(['all-minilm-l6-v2', 'mobilenet-v2']);
  expect(() => parseSettings(env({ LEVIGATE_CATALOGUE: '{' }))).toThrow('LEVIGATE_CATALOGUE is not JSON');
});
