import { createRoute } from '@hono/zod-openapi';
import { EmbeddingsResponse } from '../../../contract/index.ts';
import { createEmbeddings } from '../../../services/embeddings/create.ts';
import { answering } from './answer.ts';
import { teiOpenAiPost } from './define.ts';
import { OpenAiBody } from './request.ts';
import type { TeiApp } from './tei-app.ts';

const define = <Path extends string>(path: Path) =>
  createRoute(
    teiOpenAiPost(path, {
      body: OpenAiBody,
      answer: EmbeddingsResponse,
      summary: "OpenAI's embeddings, of this model",
    }),
  );
const routes = [define('/v1/embeddings'), define('/embeddings')] as const;

export function registerOpenAi({ app, metrics, modelOf }: TeiApp): void {
  for (const route of routes) {
    app.openapi(route, async (c) => {
      const body = c.req.valid('json');
      const isBatch = typeof body.input !== 'string';
      const compute = async () => {
        const { response, timings } = await createEmbeddings(c.get('context'), { ...body, model: modelOf(c) });
        return { response, timings, tokens: response.usage.prompt_tokens };
      };
      const inputs =
        typeof body.input === 'string' ? [body.input] : body.input.filter((item) => typeof item === 'string');
      return c.json((await answering(c, metrics, { inputs, isBatch, compute })).response, 200);
    });
  }
}
