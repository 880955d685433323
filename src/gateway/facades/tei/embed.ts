import { createRoute, z } from '@hono/zod-openapi';
import { backboneOf } from '../../../services/models/backbone-of.ts';
import { embedTokens } from '../../../services/embeddings/embed-tokens.ts';
import { embed } from '../../../services/embeddings/embed.ts';
import { answering } from './answer.ts';
import { teiPost } from './define.ts';
import { sequencesOf, toEmbedInput, truncationOf } from './inputs.ts';
import { EmbedAllBody, EmbedBody, SparseVectors } from './request.ts';
import { TeiError } from './tei-error.ts';
import type { TeiApp } from './tei-app.ts';

const Vectors = z.array(z.array(z.number()));

const one = createRoute(
  teiPost('/embed', { body: EmbedBody, answer: Vectors, summary: "The backbone's pooled last layer" }),
);
const all = createRoute(
  teiPost('/embed_all', { body: EmbedAllBody, answer: z.array(Vectors), summary: 'The last layer at every token' }),
);

const sparse = createRoute(
  teiPost('/embed_sparse', {
    body: EmbedAllBody,
    answer: SparseVectors,
    summary: 'Answers 424: no backbone here has a SPLADE head',
  }),
);

export function registerEmbed({ app, metrics, modelOf }: TeiApp): void {
  app.openapi(one, async (c) => {
    const body = c.req.valid('json');
    const { sequences, isBatch } = sequencesOf(body.inputs);
    const compute = async () => {
      const { usage, ...answer } = await embed(c.get('context'), {
        model: modelOf(c),
        inputs: sequences.map(toEmbedInput),
        normalize: body.normalize,
        truncate: truncationOf(body),
        dimensions: body.dimensions ?? undefined,
      });
      return { ...answer, tokens: usage.input_tokens };
    };
    return c.json((await answering(c, metrics, { inputs: sequences, isBatch, compute })).data, 200);
  });
  app.openapi(all, async (c) => {
    const body = c.req.valid('json');
    const { sequences, isBatch } = sequencesOf(body.inputs);
    const compute = async () => {
      const inputs = sequences.map(toEmbedInput);
      const request = { model: modelOf(c), inputs, truncate: truncationOf(body) };
      const { usage, ...answer } = await embedTokens(c.get('context'), request);
      return { ...answer, tokens: usage.input_tokens };
    };
    return c.json((await answering(c, metrics, { inputs: sequences, isBatch, compute })).data, 200);
  });
  app.openapi(sparse, async (c) => {
    await backboneOf(c.get('context'), modelOf(c));
    // As TEI says it.
    throw new TeiError(
      { status: 424, type: 'Backend' },
      'Backend error: Model is not an embedding model with SPLADE pooling',
    );
  });
}
