import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { manyTickets } from '../tests/support/example-texts.ts';
import type { LabelledText } from '../tests/support/example-texts.ts';

export const ASSETS = process.env['LEVIGATE_ASSETS'] ?? join(import.meta.dirname, '../../shared/assets');

export interface BenchTexts {
  readonly name: string;
  readonly rows: readonly LabelledText[];
}

/** `count` different labelled texts: SST-2 where it is at hand, else support tickets joined pairwise. */
export function benchTexts(count: number, offset = 0): BenchTexts {
  const path = join(ASSETS, 'data/sst2/train.jsonl.gz');
  if (!existsSync(path)) return { name: 'support tickets', rows: manyTickets(offset + count).slice(offset) };
  const lines = gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n');
  const rows = [
    ...new Map(lines.map((line) => JSON.parse(line) as LabelledText).map((row) => [row.text, row])).values(),
  ];
  return { name: 'SST-2', rows: rows.slice(offset, offset + count) };
}
