import { LevigateError } from '../../../src/contract/errors.ts';
import type { WorkerRequest } from '../../../src/contract/worker-verbs.ts';
import type { ResidentTextBackbone } from '../resident/resident-backbones.ts';
import type { TokenSequence } from '../tokenizer/load-tokenizer.ts';

type Request = Pick<WorkerRequest<'embed'>, 'inputs' | 'truncate'>;

/** Texts and tokens as the backbone reads them. Rejects with `invalid_request` what it cannot read, naming the input. */
export function toSequences(
  { tokenizer, graph, maxTokens }: ResidentTextBackbone,
  { inputs, truncate }: Request,
): readonly TokenSequence[] {
  return inputs.map((input, index) => {
    const cut = truncate === 'start' ? 'start' : 'end';
    const param = `input.${index}`;
    const sequence = 'tokens' in input ? encloseTokens(input.tokens) : encodeText(input.text);
    if (!sequence.isTruncated || truncate !== 'never') return sequence;
    throw invalid(param, `has more than ${maxTokens} tokens, the most that ${graph.id} reads: shorten it`);

    function encodeText(text: string | undefined): TokenSequence {
      if (text !== undefined) return tokenizer.encode(text, maxTokens, cut);
      throw invalid(param, `has no text, and ${graph.id} reads texts`);
    }

    function encloseTokens(tokens: readonly number[]): TokenSequence {
      try {
        return tokenizer.enclose(tokens, maxTokens, cut);
      } catch (cause) {
        if (!(cause instanceof RangeError)) throw cause;
        throw invalid(param, `cannot be read: ${cause.message}. Send the text itself`, cause);
      }
    }
  });
}

const invalid = (param: string, problem: string, cause?: unknown): LevigateError =>
  new LevigateError('invalid_request', `"${param}" ${problem}.`, { param, cause });
