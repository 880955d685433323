import type { TargetReport } from '../../contract/report.ts';
import type { LeviConfig } from '../config.ts';
import type { SearchResult } from '../search/search-config.ts';

/** What a reader should know of a search for hyperparameters, for the report's notes. */
export function describeSearch({ search }: LeviConfig, result: SearchResult | null): readonly string[] {
  if (search === null || result === null) return [];
  const { trials, chosen } = result;
  return [
    `${trials.length} configurations of LEVI were compared on the validation rows; ${chosen === 0 ? "the request's own stayed, as none was better by more than one standard error" : "the best one was taken, better than the request's own by more than one standard error"}. The baselines had no more and no less than their usual tuning on the same rows: a grid of L2 strengths, the layer and the mixing share.`,
    ...('seconds' in search
      ? [
          'The search had a budget in seconds, which depends on the machine: another run may choose otherwise. A budget in trials repeats exactly.',
        ]
      : []),
  ];
}

/** Every configuration that was tried, the request's own first. */
export function searchTable(result: SearchResult | null): TargetReport['search'] {
  return (result?.trials ?? []).map(({ config, epochs, validLoss }, index) => ({
    config: {
      width: config.adaptingWidth,
      head_dropout: config.headDropout,
      view_dropout: config.viewDropout,
      weight_decay: config.weightDecay,
      learning_rate: config.learningRate,
    },
    epochs,
    valid_loss: validLoss,
    is_chosen: index === result?.chosen,
  }));
}
