import { AutoTokenizer } from '@huggingface/transformers';
import type { PreTrainedTokenizer } from '@huggingface/transformers';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { Token } from '../../../src/contract/worker-verbs.ts';
import { locateTokens } from './locate-tokens.ts';
import { readWordPieces } from './word-pieces.ts';

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
 * Opens tokenizer.json and tokenizer_config.json of a folder; never looks elsewhere.
 *
 * @throws LevigateError `backbone_invalid` when the folder holds no readable tokenizer.
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true }).catch((cause: unknown) => {
    throw new LevigateError('backbone_invalid', `The tokenizer in ${folder} cannot be read: ${String(cause)}.`, {
      cause,
    });
  });
  const { head, tail } = findSpecialTokens(tokenizer.encode('a', { add_special_tokens: false }), tokenizer.encode('a'));
  const encodeWords = await readWordPieces(folder);
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
      const ids = tokenizer.encode(text);
      if (ids.length <= maxLength) return { ids: Int32Array.from(ids), isTruncated: false };
      return fit(bareOf(ids), maxLength, cut);
    },
    enclose: (ids, maxLength, cut = 'end') => {
      assertKnown(tokenizer, ids);
      return fit(bareOf(ids), maxLength, cut);
    },
    describe: (text, { addSpecialTokens }) => describeTokens(tokenizer, text, addSpecialTokens),
    decode: (ids, { skipSpecialTokens }) => {
      assertKnown(tokenizer, ids);
      return ids.length === 0 ? '' : tokenizer.decode([...ids], { skip_special_tokens: skipSpecialTokens });
    },
  };
}

function findSpecialTokens(
  bare: readonly number[],
  whole: readonly number[],
): { readonly head: readonly number[]; readonly tail: readonly number[] } {
  const first = bare[0];
  const head = first === undefined ? 0 : Math.max(0, whole.indexOf(first));
  return { head: whole.slice(0, head), tail: whole.slice(head + bare.length) };
}

function describeTokens(tokenizer: PreTrainedTokenizer, text: string, addSpecialTokens: boolean): readonly Token[] {
  const ids = tokenizer.encode(text, { add_special_tokens: addSpecialTokens });
  const special = new Set(tokenizer.all_special_ids);
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

/** The tokenizer within, whose package's types do not resolve from here. */
interface Pieces {
  id_to_token(id: number): string | undefined;
}
const lookUp = ({ _tokenizer }: PreTrainedTokenizer, id: number): string | undefined =>
  (_tokenizer as Pieces).id_to_token(id);

const pieceOf = (tokenizer: PreTrainedTokenizer, id: number): string => lookUp(tokenizer, id) ?? '';

function assertKnown(tokenizer: PreTrainedTokenizer, ids: readonly number[]): void {
  const unknown = ids.find((id) => lookUp(tokenizer, id) === undefined);
  if (unknown !== undefined) throw new RangeError(`${unknown} is not a token of this model`);
}
