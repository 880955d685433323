import { AutoTokenizer } from '@huggingface/transformers';
import { LevigateError } from '../../../src/contract/errors.ts';

export interface TokenSequence {
  readonly ids: Int32Array;
  readonly isTruncated: boolean;
}

export interface Tokenizer {
  /** Token ids with the special tokens, at most `maxLength` of them: what is too long loses its end, never its closing token. */
  encode(text: string, maxLength: number): TokenSequence;
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
  return {
    encode: (text, maxLength) => {
      const ids = tokenizer.encode(text);
      if (ids.length <= maxLength) return { ids: Int32Array.from(ids), isTruncated: false };
      // Transformers.js cuts the closing token off with the rest; the model was never trained on texts without it.
      const kept = [...ids.slice(0, Math.max(head, maxLength - tail.length)), ...tail];
      return { ids: Int32Array.from(kept), isTruncated: true };
    },
  };
}

function findSpecialTokens(bare: readonly number[], whole: readonly number[]): { head: number; tail: number[] } {
  const first = bare[0];
  const head = first === undefined ? 0 : Math.max(0, whole.indexOf(first));
  return { head, tail: whole.slice(head + bare.length) };
}
