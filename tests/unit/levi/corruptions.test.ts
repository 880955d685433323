import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CORRUPTIONS, FIELD_CORRUPTIONS, LeviOptions, TEXT_CORRUPTIONS } from '../../../src/contract/levi.ts';
import type { TextCorruption } from '../../../src/contract/levi.ts';
import { createRandom } from '../../../src/engine/index.ts';
import { resolveLeviConfig } from '../../../src/levi/index.ts';
import { corruptHeldOut } from '../../../src/levi/corruptions/corrupt-held-out.ts';
import type { CorruptedRows, CorruptHeldOutInput } from '../../../src/levi/corruptions/corrupt-held-out.ts';
import { RECORD_CORRUPTIONS } from '../../../src/levi/corruptions/record-corruptions.ts';
import { assignRows } from '../../../src/levi/run/assign-rows.ts';
import type { TrainingRecord } from '../../../src/levi/records/training-record.ts';

const TEXT =
  'Thanks, but the colour of my favourite jumper was really wrong! Could you organise a refund before tonight, please?';

const corrupt = (name: TextCorruption, text: string, seed = 1): string =>
  RECORD_CORRUPTIONS[name]({ text, label: 'x' }, createRandom(seed), {}).text;
const variants = (name: TextCorruption, text: string): readonly string[] =>
  Array.from({ length: 40 }, (_, seed) => corrupt(name, text, seed));

describe('a corrupted text', () => {
  test.each(TEXT_CORRUPTIONS)('%s: is the same for the same seed, never empty, and well formed', (name) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }), fc.nat(), (text, seed) => {
        const corrupted = corrupt(name, text, seed);
        expect(corrupt(name, text, seed)).toBe(corrupted);
        expect(corrupted.isWellFormed()).toBe(text.isWellFormed());
        if (text.trim() !== '') expect(corrupted.trim()).not.toBe('');
      }),
    );
  });

  test('typos: a fifth of the longer words, one letter off each, the first letter kept', () => {
    const words = TEXT.split(' ');
    const changed = variants('typos', TEXT).map((text) => {
      const others = text.split(' ');
      expect(others).toHaveLength(words.length);
      for (const [index, word] of others.entries()) {
        expect(word[0]).toBe(words[index]?.[0]);
        expect(Math.abs(word.length - (words[index]?.length ?? 0))).toBeLessThanOrEqual(1);
      }
      return others.filter((word, index) => word !== words[index]).length;
    });
    const longer = words.filter((word) => /\p{L}{4,}/u.test(word)).length;
    const share = changed.reduce((sum, count) => sum + count, 0) / changed.length / longer;
    expect(share).toBeGreaterThan(0.12);
    expect(share).toBeLessThan(0.28);
  });

  test('typos: all four slips of the hand occur, and other scripts are changed too', () => {
    const of = new Set(variants('typos', 'planet'));
    expect(of).toContain('palnet');
    expect(of).toContain('planet');
    expect([...of].some((word) => word.length === 5)).toBe(true);
    expect([...of].some((word) => word.length === 7)).toBe(true);
    expect(new Set(variants('typos', 'погода сегодня')).size).toBeGreaterThan(2);
  });

  test('case: small letters, capitals, each word with one; nothing else is changed', () => {
    expect(new Set(variants('case', 'My Invoice is WRONG'))).toEqual(
      new Set(['my invoice is wrong', 'MY INVOICE IS WRONG', 'My Invoice Is Wrong']),
    );
  });

  test('punctuation: gone, or too much of it; the words stay', () => {
    const texts = variants('punctuation', TEXT);
    const wordsOf = (text: string): readonly string[] => text.match(/\p{L}+/gu) ?? [];
    for (const text of texts) expect(wordsOf(text)).toEqual(wordsOf(TEXT));
    const marksOf = (text: string): number => (text.match(/\p{P}/gu) ?? []).length;
    expect(texts.filter((text) => marksOf(text) === 0).length).toBeGreaterThan(8);
    expect(texts.filter((text) => marksOf(text) > marksOf(TEXT)).length).toBeGreaterThan(8);
    expect(corrupt('punctuation', '?!', 3)).toBe('?!');
  });

  test('dropped_words: a fifth is missing, the others keep their order, one word alone stays', () => {
    const words = TEXT.split(' ');
    const kept = variants('dropped_words', TEXT).map((text) => {
      const left = text.split(' ');
      let at = -1;
      for (const word of left) {
        at = words.indexOf(word, at + 1);
        expect(at).not.toBe(-1);
      }
      return left.length;
    });
    const share = kept.reduce((sum, count) => sum + count, 0) / kept.length / words.length;
    expect(share).toBeGreaterThan(0.73);
    expect(share).toBeLessThan(0.87);
    expect(variants('dropped_words', 'invoice').every((text) => text === 'invoice')).toBe(true);
  });

  test('truncation: the first half, of the characters where there is one word', () => {
    expect(corrupt('truncation', 'my invoice is\nwrong again')).toBe('my invoice is');
    expect(corrupt('truncation', '天気が悪い日')).toBe('天気が');
    expect(corrupt('truncation', 'a')).toBe('a');
  });

  test('spelling: British and American English both ways, with their case; words within words stay', () => {
    expect(corrupt('spelling', 'The COLOUR of the Theatre, organised')).toBe('The COLOR of the Theater, organized');
    expect(corrupt('spelling', 'my favorite gray catalog')).toBe('my favourite grey catalogue');
    expect(corrupt('spelling', 'discolouration of centred')).toBe('discolouration of centred');
    expect(corrupt('spelling', 'Die Rechnung ist falsch')).toBe('Die Rechnung ist falsch');
    const hurried = new Set(variants('spelling', 'see you tonight'));
    expect(hurried).toEqual(new Set(['see you tonight', 'see u tonight', 'see you tonite', 'see u tonite']));
  });
});

const record = (fields: TrainingRecord['fields']): TrainingRecord => ({
  text: 'a',
  label: 'x',
  ...(fields && { fields }),
});

describe('corrupted fields', () => {
  test('missing_fields: half of them are gone, one at least; a row without fields stays as it is', () => {
    const fields = { plan: 'pro', age: 3, country: 'de', user_id: '17' };
    const left = Array.from({ length: 60 }, (_, seed) => {
      const { fields: kept = {} } = RECORD_CORRUPTIONS.missing_fields(record(fields), createRandom(seed), {});
      expect(fields).toMatchObject(kept);
      return Object.keys(kept).length;
    });
    expect(Math.max(...left)).toBe(3);
    expect(Math.min(...left)).toBe(0);
    const bare = record(undefined);
    expect(RECORD_CORRUPTIONS.missing_fields(bare, createRandom(1), {})).toBe(bare);
  });

  test('unseen_ids: ids alone become others', () => {
    const types = { user_id: 'id' } as const;
    const fields = { plan: 'pro', user_id: '17' };
    const { fields: renamed } = RECORD_CORRUPTIONS.unseen_ids(record(fields), createRandom(4), types);
    expect(renamed).toEqual({ plan: 'pro', user_id: expect.stringMatching(/^unseen-[0-9a-f]+-[0-9a-f]+$/u) });
    const none = record({ plan: 'pro' });
    expect(RECORD_CORRUPTIONS.unseen_ids(none, createRandom(4), types)).toBe(none);
  });
});

const records = (rows: number): readonly TrainingRecord[] =>
  Array.from({ length: rows }, (_, row) => ({
    text: `the colour of invoice number ${row} is strange`,
    label: row % 2 === 0 ? 'billing' : 'bug',
    fields: { user_id: `u${row}`, plan: row % 3 === 0 ? 'pro' : 'free' },
  }));

const corruptAll = (input: CorruptHeldOutInput): Promise<CorruptedRows[]> => Array.fromAsync(corruptHeldOut(input));

const heldOut = (changed: Partial<CorruptHeldOutInput> = {}): CorruptHeldOutInput => ({
  train: { records: records(100) },
  config: resolveLeviConfig({ levi: { corruptions: 'all' } }),
  seed: 5,
  corruptImage: () => Promise.reject(new Error('no image is here')),
  ...changed,
});

describe('the held-out rows', () => {
  test('are those of the run, in the same order for every corruption, with their labels', async () => {
    const corrupted = await corruptAll(heldOut());
    expect(corrupted.map(({ corruption }) => corruption)).toEqual(CORRUPTIONS);
    const { from, rows } = assignRows(heldOut()).test;
    const original = Array.from(rows, (row) => from.records[row]);
    for (const { records: changed, rows: positions } of corrupted) {
      expect(positions).toEqual([...rows]);
      expect(changed.map(({ label }) => label)).toEqual(original.map((each) => each?.label));
    }
    const ids = corrupted.find(({ corruption }) => corruption === 'unseen_ids');
    expect(ids?.records.map(({ text }) => text)).toEqual(original.map((each) => each?.text));
    expect(ids?.changed).toEqual([...rows].map(() => true));
    expect(corrupted.find(({ corruption }) => corruption === 'noise')?.changed).not.toContain(true);
  });

  test('are the same for the same seed, and each corruption is the same whatever others are asked for', async () => {
    const all = await corruptAll(heldOut());
    expect(await corruptAll(heldOut())).toEqual(all);
    const config = resolveLeviConfig({ levi: { corruptions: ['truncation', 'typos'] } });
    const some = await corruptAll(heldOut({ config }));
    expect(some).toEqual(all.filter(({ corruption }) => corruption === 'typos' || corruption === 'truncation'));
    expect(await corruptAll(heldOut({ seed: 6 }))).not.toEqual(all);
  });

  test('are at most 500, and none where no corruption is asked for', async () => {
    const config = resolveLeviConfig({ levi: { corruptions: ['case'] } });
    const [many] = await corruptAll(heldOut({ train: { records: records(5000) }, config }));
    expect(many?.records).toHaveLength(500);
    expect(await corruptAll(heldOut({ config: resolveLeviConfig() }))).toEqual([]);
  });

  test('images go through the decoder that was given, each row with its own random numbers', async () => {
    const image = Uint8Array.of(1, 2, 3);
    const config = resolveLeviConfig({ levi: { corruptions: ['noise'] } });
    const seen: number[] = [];
    const [noisy] = await corruptAll(
      heldOut({
        config,
        train: { records: records(100).map((each, row) => (row % 2 === 0 ? { ...each, image } : each)) },
        corruptImage: (bytes, name, random) => {
          expect([bytes, name]).toEqual([image, 'noise']);
          seen.push(random.word());
          return Promise.resolve(Uint8Array.of(9));
        },
      }),
    );
    expect(noisy?.changed.filter(Boolean)).toHaveLength(seen.length);
    expect(new Set(seen).size).toBe(seen.length);
    expect(noisy?.records.filter((each) => each.image?.[0] === 9)).toHaveLength(seen.length);
  });

  test('stop when the signal is aborted', async () => {
    const reason = new Error('stop');
    await expect(corruptAll(heldOut({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  });
});

test('a corruption that there is not is refused with those there are', () => {
  const { error } = LeviOptions.safeParse({ corruptions: ['typo'] });
  expect(error?.issues[0]?.path).toEqual(['corruptions']);
  expect(JSON.stringify(error?.issues)).toMatch(/typos/u);
  expect(LeviOptions.safeParse({ corruptions: [] }).success).toBe(false);
  expect(LeviOptions.safeParse({ corruptions: FIELD_CORRUPTIONS }).success).toBe(true);
});
