const CHARS_A_TOKEN = 4;
/** What encoders cut texts to: beyond it nothing costs more. */
const MOST_TOKENS = 512;
/** About what a vision transformer makes of a picture. */
const TOKENS_AN_IMAGE = 200;

/** A text, token ids, or an input with any of these. */
type Weighed =
  | string
  | readonly number[]
  | {
      readonly text?: string | undefined;
      readonly tokens?: readonly number[] | undefined;
      readonly image?: string | undefined;
    };

/** Roughly what the backbone has to do, to weigh requests against each other before anybody has counted. At least one an input. */
export const estimateTokens = (inputs: readonly Weighed[]): number =>
  inputs.reduce<number>((sum, input) => sum + 1 + tokensOf(input), 0);

function tokensOf(input: Weighed): number {
  if (typeof input === 'string') return Math.min(MOST_TOKENS, Math.ceil(input.length / CHARS_A_TOKEN));
  if (isIds(input)) return Math.min(MOST_TOKENS, input.length);
  return tokensOf(input.text ?? '') + tokensOf(input.tokens ?? []) + (input.image === undefined ? 0 : TOKENS_AN_IMAGE);
}

/** `Array.isArray` does not narrow a readonly one. */
const isIds = (input: Exclude<Weighed, string>): input is readonly number[] => Array.isArray(input);
