import { createRoute } from '@hono/zod-openapi';
import { LIMITS } from '../../../contract/index.ts';
import { VERSION } from '../../../contract/version.ts';
import { describeModel } from '../../../services/models/describe.ts';
import { teiGet } from './define.ts';
import { Info } from './request.ts';
import type { TeiApp } from './tei-app.ts';

const route = createRoute(
  teiGet('/info', { answer: Info, summary: 'What the model is: a classifier with its labels, or an embedding model' }),
);

// TEI's defaults, which clients read as hints; what is refused here is refused by the workers' own queues.
const HINTS = { max_concurrent_requests: 512, max_batch_tokens: 16_384, max_batch_requests: null } as const;

export const registerInfo = ({ app, modelOf }: TeiApp): void =>
  void app.openapi(route, async (c) => {
    const { id, labels, adapterSha256, backbone } = await describeModel(c.get('context'), modelOf(c));
    const classifier = {
      id2label: Object.fromEntries(labels.map((label, index) => [String(index), label])),
      label2id: Object.fromEntries(labels.map((label, index) => [label, index])),
    };
    return c.json(
      {
        model_id: id,
        model_sha: adapterSha256,
        model_dtype: 'float32',
        model_type: adapterSha256 === null ? { embedding: { pooling: backbone.pooling ?? 'mean' } } : { classifier },
        ...HINTS,
        max_input_length: backbone.maxTokens ?? 0,
        max_client_batch_size: LIMITS.predictInputs,
        auto_truncate: true,
        tokenization_workers: 1,
        version: VERSION,
        sha: null,
        docker_label: null,
      },
      200,
    );
  });
