import { LevigateError } from '../../contract/index.ts';
import type { Context } from '../context.ts';
import { metricsOf } from '../metrics.ts';
import { monthUsageOf } from '../usage/month-usage.ts';

/**
 * Rejects with `insufficient_quota` where the project's month has no room for so many inputs. What other gateways used is known half a minute later, and
 * requests in flight at one time are each let in: a quota may be passed by that much.
 */
export async function assertQuota({ services, actor }: Context, inputs: number): Promise<void> {
  const { limits, id } = actor.project;
  const { inputs_per_month: maxInputs, tokens_per_month: maxTokens } = limits ?? {};
  if (maxInputs === undefined && maxTokens === undefined) return;
  const used = await monthUsageOf(services).read(services, id);
  const checks = [
    ['inputs', maxInputs, used.inputs + inputs],
    ['tokens', maxTokens, used.inputTokens + 1],
  ] as const;
  for (const [resource, max, needed] of checks) {
    if (max === undefined || needed <= max) continue;
    metricsOf(services).limited.add({ limit: `${resource}_per_month` });
    const has = resource === 'inputs' ? used.inputs : used.inputTokens;
    throw new LevigateError(
      'insufficient_quota',
      `project ${id} may use ${max} ${resource} a month and has used ${has}: wait for the first of the next month (UTC), or have the quota raised`,
    );
  }
}
