import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeLoads } from './cost/loads.ts';
import type { OperationUsage } from './cost/loads.ts';
import type { BenchResult } from './result.ts';

const DEADLINE_MS = 120_000;

/** What a month on Cloudflare costs for three loads: each operation's use of D1, R2 and Queues is counted, prices are the list's. */
export async function benchCost(): Promise<BenchResult> {
  // A process of its own: its types are those of workerd.
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'cost/measure.ts')], {
    timeout: DEADLINE_MS,
  });
  const operations = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as OperationUsage);
  const markdown = describeLoads(operations);
  console.log(markdown);
  return {
    title: 'What one call asks of D1, R2 and Queues',
    rows: operations.map(({ name, d1Queries, d1RowsRead, d1RowsWritten, r2ClassA, r2ClassB, queueMessages }) => ({
      what: name,
      measured: `${d1Queries} statements, ${d1RowsRead} rows read, ${d1RowsWritten} written`,
      baseline: `R2 A ${r2ClassA}, B ${r2ClassB}; queue ${queueMessages}`,
      ratio: null,
      goal: '',
    })),
    details: operations,
    markdown,
  };
}
