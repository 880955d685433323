import { LevigateError, REPLICATE_OWNER } from '../../../contract/index.ts';
import type { Model } from '../../../contract/index.ts';
import type { Context } from '../../../services/context.ts';
import { listModels } from '../../../services/models/list.ts';

/** `ft:<base>:<project>:<suffix>:<id>`: what a training's destination named. */
const suffixOf = ({ id }: Model): string => id.split(':')[3] ?? '';

/** Models that go by a name: a backbone and what was tuned from it without a name, or what trainings of that destination made. Newest first. */
export async function versionsOf(ctx: Context, name: string): Promise<readonly Model[]> {
  const models = await listModels(ctx);
  const found = models.filter((model) => model.id === name || suffixOf(model) === name);
  if (found.length > 0) return found;
  throw new LevigateError(
    'model_not_found',
    `there is no model "${name}": name a training's destination or a backbone`,
    {
      param: 'model',
    },
  );
}

/** A version is our model's id, with or without `owner/name:` before it. */
export const versionId = (version: string): string => version.replace(/^[^/:]+\/[^:]+:/, '');

export const toVersion = ({ id, created }: Model) => ({
  id,
  created_at: new Date(created * 1000).toISOString(),
  cog_version: '0',
  openapi_schema: {},
});

export const toReplicateModel = (name: string, versions: readonly Model[]) => ({
  url: `/replicate/v1/models/${REPLICATE_OWNER}/${name}`,
  owner: REPLICATE_OWNER,
  name,
  description: null,
  visibility: 'private' as const,
  run_count: 0,
  default_example: null,
  latest_version: versions[0] ? toVersion(versions[0]) : null,
});
