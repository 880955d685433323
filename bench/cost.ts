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
    rows: operations.map((operation) => ({
      what: operation.name,
      measured: `${operation.d1Queries} statements, ${operation.d1RowsRead} rows read, ${operation.d1RowsWritten} written`,
      baseline: `R2 A ${operation.r2ClassA}, B ${operation.r2ClassB}; queue ${operation.queueMessages}; objects ${operation.objectCalls}`,
      ratio: null,
      goal: '',
    })),
    details: operations,
    markdown,
  };
}
