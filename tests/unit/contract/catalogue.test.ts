import { describe, expect, test } from 'vitest';
import { knownBackbones, parseCatalogue } from '../../../src/contract/index.ts';

const sha256 = 'a'.repeat(64);
const files = [
  { path: 'config.json', bytes: 5, sha256 },
  { path: 'preprocessor_config.json', bytes: 5, sha256 },
  { path: 'onnx/vision_model.onnx', bytes: 5, sha256 },
];
const hub = { repository: 'someone/clip', revision: 'b'.repeat(40), files };
const image = { name: 'clip', modality: 'image', taps: 13, hub };
const text = { name: 'e5', modality: 'text', taps: 13, max_tokens: 512, folder: '../models/e5' };

const parse = (...backbones: readonly unknown[]) => parseCatalogue(JSON.stringify({ backbones }), 'catalogue.json');

test('a catalogue adds to the built-in backbones what a gateway must know of its own', () => {
  expect(knownBackbones(parse(image, text, { ...text, name: 'short', max_tokens: undefined }))).toMatchObject({
    'all-minilm-l6-v2': { modality: 'text', taps: 7, maxTokens: 256 },
    'mobilenet-v2': { modality: 'image', taps: 11, maxTokens: null },
    clip: { modality: 'image', taps: 13, maxTokens: null },
    e5: { modality: 'text', taps: 13, maxTokens: 512, ownedBy: 'operator' },
    short: { maxTokens: 256 },
  });
});

describe('a catalogue is refused', () => {
  test.each([
    ['with a built-in name', [{ ...text, name: 'mobilenet-v2' }], 'is the name of a built-in backbone'],
    ['with two of one name', [text, text], 'must have names that differ from each other'],
    ['with neither folder nor hub', [{ ...text, folder: undefined }], 'needs exactly one of "folder" and "hub"'],
    ['with both', [{ ...image, folder: 'x' }], 'needs exactly one of "folder" and "hub"'],
    ['with a branch for a revision', [{ ...image, hub: { ...hub, revision: 'main' } }], 'must be a commit'],
    [
      'with a path that leads out',
      [{ ...image, hub: { ...hub, files: [...files, { ...files[0], path: '../x' }] } }],
      'must not lead out of the folder',
    ],
    [
      'with two graphs',
      [{ ...image, hub: { ...hub, files: [...files, { ...files[0], path: 'onnx/model.onnx' }] } }],
      'must hold exactly one .onnx file',
    ],
    ['with tokens for images', [{ ...image, max_tokens: 77 }], '"max_tokens" and "tap_names" are for texts'],
    ['with patches for texts', [{ ...text, prefix_tokens: 1 }], 'backbones.0.prefix_tokens: is for images'],
    ['with a misspelt key', [{ ...text, tap: 13 }], 'Unrecognized key: "tap"'],
    ['with a name that no URL bears', [{ ...text, name: 'My Model' }], 'must be lower case letters'],
  ])('%s', (_, backbones, message) => {
    expect(() => parse(...backbones)).toThrow(message);
  });

  test('that is no JSON, naming the file', () => {
    expect(() => parseCatalogue('{', 'catalogue.json')).toThrow(
      'the catalogue of backbones catalogue.json is not JSON',
    );
  });
});
