import { createRoute, z } from '@hono/zod-openapi';
import type { Token } from '../../../contract/index.ts';
import { decode } from '../../../services/tokens/decode.ts';
import { tokenize } from '../../../services/tokens/tokenize.ts';
import { teiPost } from './define.ts';
import { requireContent } from './inputs.ts';
import { DecodeBody, SimpleToken, TokenizeBody } from './request.ts';
import type { TeiApp } from './tei-app.ts';

const toTokens = createRoute(
  teiPost('/tokenize', {
    body: TokenizeBody,
    answer: z.array(z.array(SimpleToken)),
    summary: "The backbone's tokens, with their places in the text",
  }),
);
const toTexts = createRoute(
  teiPost('/decode', { body: DecodeBody, answer: z.array(z.string()), summary: 'Token ids as text' }),
);

export function registerTokens({ app, modelOf }: TeiApp): void {
  app.openapi(toTokens, async (c) => {
    const { inputs, add_special_tokens: addSpecialTokens } = c.req.valid('json');
    const texts = typeof inputs === 'string' ? [inputs] : inputs;
    requireContent(texts);
    const found = await tokenize(c.get('context'), { model: modelOf(c), texts, addSpecialTokens });
    return c.json(
      found.map((tokens, index) => tokens.map((token) => inCharacters(token, texts[index] ?? ''))),
      200,
    );
  });
  app.openapi(toTexts, async (c) => {
    const { ids, skip_special_tokens: skipSpecialTokens } = c.req.valid('json');
    const lists = ids.filter((item) => typeof item !== 'number');
    const rows = lists.length > 0 ? lists : [ids.filter((item) => typeof item === 'number')];
    requireContent(rows);
    return c.json([...(await decode(c.get('context'), { model: modelOf(c), ids: rows, skipSpecialTokens }))], 200);
  });
}

/** TEI counts characters, where we count UTF-16 units. */
const inCharacters = ({ start, stop, ...token }: Token, text: string): z.infer<typeof SimpleToken> => ({
  ...token,
  start: start === null ? null : Array.from(text.slice(0, start)).length,
  stop: stop === null ? null : Array.from(text.slice(0, stop)).length,
});
