import { z } from 'zod';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { Vocabulary, VocabularyKind } from '../../../src/levi/index.ts';

const TokenizerJson = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.int(), content: z.string(), special: z.boolean() })).default([]),
  model: z.looseObject({
    type: z.string().optional(),
    continuing_subword_prefix: z.string().nullish(),
    vocab: z.union([z.record(z.string(), z.int()), z.array(z.tuple([z.string(), z.number()]))]),
  }),
  pre_tokenizer: z.unknown(),
  decoder: z.unknown(),
});
type TokenizerJson = z.infer<typeof TokenizerJson>;

/**
 * What each token of a tokenizer.json spells.
 *
 * @throws LevigateError `unsupported_option` for a kind whose tokens cannot be spelled one by one
 */
export function readVocabulary(json: string): Vocabulary {
  const parsed = TokenizerJson.safeParse(JSON.parse(json));
  if (!parsed.success) throw unsupported(`its tokenizer.json is not understood (${z.prettifyError(parsed.error)})`);
  const { model, added_tokens: added } = parsed.data;
  const entries = Array.isArray(model.vocab)
    ? model.vocab.map(([token], id) => [token, id] as const)
    : Object.entries(model.vocab);
  const tokens: string[] = [];
  for (const [token, id] of [...entries, ...added.map(({ content, id }) => [content, id] as const)]) tokens[id] = token;
  const special = new Set(added.filter((token) => token.special).map(({ id }) => id));
  return { kind: kindOf(parsed.data), tokens: Array.from(tokens, (token) => token ?? ''), special };
}

function kindOf({ model, pre_tokenizer: before, decoder }: TokenizerJson): VocabularyKind {
  const described = JSON.stringify([before, decoder]);
  if (model.type === 'WordPiece' || model.continuing_subword_prefix === '##') return 'wordpiece';
  if (described.includes('"ByteLevel"')) return 'byte_level';
  if (described.includes('"Metaspace"')) return 'metaspace';
  throw unsupported(
    `its tokenizer (${model.type ?? 'of unknown type'}) is neither WordPiece, nor Metaspace, nor of bytes`,
  );
}

const unsupported = (why: string): LevigateError =>
  new LevigateError(
    'unsupported_option',
    `format: the model's second view reads words, and what they are cannot be told from the backbone's tokens: ${why}. Export it as "adapter".`,
    { param: 'format' },
  );
