import { createRoute, z } from '@hono/zod-openapi';
import { compareTexts } from '../../../services/embeddings/compare-texts.ts';
import type { CompareTexts } from '../../../services/embeddings/compare-texts.ts';
import type { GatewayContext } from '../../gateway-env.ts';
import { answering } from './answer.ts';
import { teiPost } from './define.ts';
import { requireContent, truncationOf } from './inputs.ts';
import { Rank, RerankBody, SimilarityBody } from './request.ts';
import type { TeiApp } from './tei-app.ts';

const rerank = createRoute(
  teiPost('/rerank', {
    body: RerankBody,
    answer: z.array(Rank),
    summary: 'Texts by falling similarity to a query: cosines of embeddings, as there is no cross-encoder',
  }),
);
const similarity = createRoute(
  teiPost('/similarity', { body: SimilarityBody, answer: z.array(z.number()), summary: 'The cosine of each sentence' }),
);

/** A cosine as a score from 0 to 1. */
const toScore = (cosine: number): number => (1 + cosine) / 2;

export function registerCompare({ app, metrics, modelOf }: TeiApp): void {
  const compare = async (c: GatewayContext, request: Omit<CompareTexts, 'model'>): Promise<readonly number[]> => {
    const inputs = [request.source, ...request.texts];
    requireContent(request.texts);
    requireContent([request.source]);
    const compute = async () => {
      const { usage, ...answer } = await compareTexts(c.get('context'), { ...request, model: modelOf(c) });
      return { ...answer, tokens: usage.input_tokens };
    };
    return (await answering(c, metrics, { inputs, isBatch: true, compute })).similarities;
  };
  app.openapi(rerank, async (c) => {
    const { query, texts, raw_scores: isRaw, return_text: returnsText, ...cutting } = c.req.valid('json');
    const cosines = await compare(c, { source: query, texts, truncate: truncationOf(cutting) });
    const ranks = texts.map((text, index) => {
      const cosine = cosines[index] ?? 0;
      return { index, ...(returnsText ? { text } : {}), score: isRaw ? cosine : toScore(cosine) };
    });
    return c.json(
      ranks.sort((a, b) => b.score - a.score),
      200,
    );
  });
  app.openapi(similarity, async (c) => {
    const { inputs, parameters } = c.req.valid('json');
    const { source_sentence: source, sentences: texts } = inputs;
    return c.json([...(await compare(c, { source, texts, truncate: truncationOf(parameters ?? {}) }))], 200);
  });
}
