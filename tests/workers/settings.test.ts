import { expect, test } from 'vitest';
import { parseCloudflareConfig } from '../../src/platform/cloudflare/environment.ts';
import type { CloudflareEnvironment } from '../../src/platform/cloudflare/environment.ts';

const catalogue = JSON.stringify({
  backbones: [{ name: 'own-encoder', modality: 'image', taps: 13, folder: '/models/own' }],
});

// The bindings are not looked at.
const env = (values: Partial<CloudflareEnvironment>): CloudflareEnvironment => values as CloudflareEnvironment;

test('LEVIGATE_CATALOGUE is the JSON itself', () => {
  const { backbones } = parseCloudflareConfig(env({ LEVIGATE_CATALOGUE: catalogue })).settings;
  expect(backbones['own-encoder']).toMatchObject({ modality: 'image', taps: 13, maxTokens: null });
  expect(Object.keys(parseCloudflareConfig(env({})).settings.backbones)).toEqual(['all-minilm-l6-v2', 'mobilenet-v2']);
  expect(() => parseCloudflareConfig(env({ LEVIGATE_CATALOGUE: '{' }))).toThrow('LEVIGATE_CATALOGUE is not JSON');
});

test('an empty variable is one that is not set', () => {
  const empty = { LEVIGATE_LEASE_MS: '', LEVIGATE_CONTAINERS: '', LEVIGATE_DEFAULT_BACKBONE: '', LEVIGATE_R2_URL: '' };
  expect(parseCloudflareConfig(env(empty))).toEqual(parseCloudflareConfig(env({})));
});

test('says in one line what is wrong with each variable', () => {
  expect(() => parseCloudflareConfig(env({ LEVIGATE_LEASE_MS: 'soon', LEVIGATE_WORKER_TOKEN: 'short' }))).toThrow(
    /the environment is not valid:\n {2}LEVIGATE_WORKER_TOKEN: must be at least 32 characters\n {2}LEVIGATE_LEASE_MS: /,
  );
  expect(() => parseCloudflareConfig(env({ LEVIGATE_R2_ACCESS_KEY_ID: 'id' }))).toThrow(
    /LEVIGATE_R2_URL, .* go together/,
  );
});
