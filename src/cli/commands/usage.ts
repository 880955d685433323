import type { Command } from 'commander';
import { connect } from '../connect.ts';
import { formatUsage } from '../format-usage.ts';
import { parseWholeNumber } from '../parse-arguments.ts';

const DAY_S = 86_400;
const MAX_DAYS = 366;
const DAYS_A_PAGE = 31;

interface UsageOptions {
  readonly days: number;
  readonly model?: string;
  readonly json?: boolean;
}

export function addUsageCommand(program: Command): void {
  program
    .command('usage')
    .description('what the project used, by day (UTC) and model')
    .option('--days <count>', `so many days up to today, ${MAX_DAYS} at most`, parseWholeNumber, 7)
    .option('--model <id>', 'only of this model')
    .option('--json', 'a bucket a line, as the API gives it')
    .action(async ({ days, model, json }: UsageOptions, command: Command) => {
      if (days < 1 || days > MAX_DAYS) throw new Error(`--days: give 1 to ${MAX_DAYS}, not ${days}`);
      const today = Math.floor(Date.now() / 1000 / DAY_S);
      const params = {
        start_time: (today - days + 1) * DAY_S,
        group_by: 'model' as const,
        limit: Math.min(days, DAYS_A_PAGE),
        models: model,
      };
      const buckets = await Array.fromAsync(connect(command).usage.days(params));
      console.log(json ? buckets.map((bucket) => JSON.stringify(bucket)).join('\n') : formatUsage(buckets));
    });
}
