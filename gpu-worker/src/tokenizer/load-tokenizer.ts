import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer as PackageTokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { Token } from '../../../src/contract/worker-verbs.ts';
import { locateTokens } from './locate-tokens.ts';
import { readWordPieces } from './word-pieces.ts';
import type { EncodeWords } from './word-pieces.ts';

export interface TokenSequence {
  readonly ids: Int32Array;
  readonly isTruncated: boolean;
}

/** Which end of a text that is too long is given up. */
export type CutEnd = 'start' | 'end';

export interface Tokenizer {
  /** Token ids with the special tokens, at most `maxLength` of them: what is too long loses an end, never its closing token. */
  encode(text: string, maxLength: number, cut?: CutEnd): TokenSequence;
  /** The same of ids that are there already, with or without the special tokens. Throws a RangeError for one that is not in the vocabulary. */
  enclose(ids: readonly number[], maxLength: number, cut?: CutEnd): TokenSequence;
  /** The tokens of the whole text, with their places in it. */
  describe(text: string, options: { readonly addSpecialTokens: boolean }): readonly Token[];
  /** Throws a RangeError for an id that is not in the vocabulary. */
  decode(ids: readonly number[], options: { readonly skipSpecialTokens: boolean }): string;
}

/**
 * Opens tokenizer.json and tokenizer_config.json of a folder; never looks elsewhere. The package is the one within Transformers.js, which
 * would bring everything else it can do into the process.
 *
 * @throws LevigateError `backbone_invalid` when the folder holds no readable tokenizer.
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const { general, encodeWords, special } = await openFiles(folder).catch((cause: unknown) => {
    throw new LevigateError('backbone_invalid', `The tokenizer in ${folder} cannot be read: ${String(cause)}.`, {
      cause,
    });
  });
  const { head, tail } = special;
  const bareOf = (ids: readonly number[]): readonly number[] => {
    const isOpened = head.every((id, at) => ids[at] === id);
    const isClosed = tail.every((id, at) => ids[ids.length - tail.length + at] === id);
    return ids.slice(isOpened ? head.length : 0, ids.length - (isClosed ? tail.length : 0));
  };
  // Transformers.js cuts the closing token off with the rest; the model was never trained on texts without it.
  const fit = (bare: readonly number[], maxLength: number, cut: CutEnd): TokenSequence => {
    const room = Math.max(0, maxLength - head.length - tail.length);
    const isTruncated = bare.length > room;
    const kept = cut === 'end' ? bare.slice(0, room) : bare.slice(bare.length - room);
    return { ids: Int32Array.from([...head, ...(isTruncated ? kept : bare), ...tail]), isTruncated };
  };
  return {
    encode: (text, maxLength, cut = 'end') => {
      const words = encodeWords?.(text);
      if (words) return fit(words, maxLength, cut);
      const { ids } = general().encode(text);
      if (ids.length <= maxLength) return { ids: Int32Array.from(ids), isTruncated: false };
      return fit(bareOf(ids), maxLength, cut);
    },
    enclose: (ids, maxLength, cut = 'end') => {
      assertKnown(general(), ids);
      return fit(bareOf(ids), maxLength, cut);
    },
    describe: (text, { addSpecialTokens }) => describeTokens(general(), text, addSpecialTokens),
    decode: (ids, { skipSpecialTokens }) => {
      assertKnown(general(), ids);
      return ids.length === 0 ? '' : general().decode([...ids], { skip_special_tokens: skipSpecialTokens });
    },
  };
}

/** What is used of the package's class, whose types do not resolve from here. */
interface TextTokenizer {
  encode(text: string, options?: { readonly add_special_tokens?: boolean }): { readonly ids: number[] };
  decode(ids: number[], options: { readonly skip_special_tokens: boolean }): string;
  id_to_token(id: number): string | undefined;
  get_added_tokens_decoder(): ReadonlyMap<number, { readonly special: boolean }>;
  /** Of byte-pair encoding: longer words are not remembered. */
  readonly model: { max_length_to_cache?: number };
}

const Json = z.record(z.string(), z.unknown());

// By then the first texts are answered, and the next may be of any kind.
const GENERAL_AFTER_MS = 2_000;

interface Opened {
  /** Reads every text. It takes as long to make as all else here, so it is made with the first text that needs it, or a little later. */
  readonly general: () => TextTokenizer;
  readonly encodeWords: EncodeWords | null;
  readonly special: SpecialTokens;
}

async function openFiles(folder: string): Promise<Opened> {
  const read = async (name: string) => Json.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
  const [json, config] = await Promise.all([read('tokenizer.json'), read('tokenizer_config.json')]);
  let made: TextTokenizer | undefined;
  const general = (): TextTokenizer => (made ??= withoutMemory(new PackageTokenizer(json, config) as TextTokenizer));
  const words = readWordPieces(json);
  if (words) setTimeout(general, GENERAL_AFTER_MS).unref();
  return { general, encodeWords: words?.encode ?? null, special: words ?? findSpecialTokens(general()) };
}

/** How long a text takes must not tell what words others have sent. */
function withoutMemory(tokenizer: TextTokenizer): TextTokenizer {
  if (tokenizer.model.max_length_to_cache !== undefined) tokenizer.model.max_length_to_cache = -1;
  return tokenizer;
}

/** Those before and after every text. */
interface SpecialTokens {
  readonly head: readonly number[];
  readonly tail: readonly number[];
}

function findSpecialTokens(tokenizer: TextTokenizer): SpecialTokens {
  const bare = tokenizer.encode('a', { add_special_tokens: false }).ids;
  const whole = tokenizer.encode('a').ids;
  const first = bare[0];
  const head = first === undefined ? 0 : Math.max(0, whole.indexOf(first));
  return { head: whole.slice(0, head), tail: whole.slice(head + bare.length) };
}

function describeTokens(tokenizer: TextTokenizer, text: string, addSpecialTokens: boolean): readonly Token[] {
  const { ids } = tokenizer.encode(text, { add_special_tokens: addSpecialTokens });
  const special = specialIds(tokenizer);
  const pieces = ids.map((id) => (special.has(id) ? null : pieceOf(tokenizer, id)));
  const places = locateTokens(text, pieces);
  return ids.map((id, index) => {
    const place = places[index];
    return {
      id,
      text: place ? text.slice(place.start, place.stop) : pieceOf(tokenizer, id),
      special: special.has(id),
      start: place?.start ?? null,
      stop: place?.stop ?? null,
    };
  });
}

const specialIds = (tokenizer: TextTokenizer): ReadonlySet<number> => {
  const added = tokenizer.get_added_tokens_decoder();
  return new Set([...added].flatMap(([id, { special }]) => (special ? [id] : [])));
};

const pieceOf = (tokenizer: TextTokenizer, id: number): string => tokenizer.id_to_token(id) ?? '';

function assertKnown(tokenizer: TextTokenizer, ids: readonly number[]): void {
  const unknown = ids.find((id) => tokenizer.id_to_token(id) === undefined);
  if (unknown !== undefined) throw new RangeError(`${unknown} is not a token of this model`);
}
