import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readTickets, toJsonl } from '../../tests/support/example-texts.ts';
import type { LabelledText } from '../../tests/support/example-texts.ts';
import { ASSETS } from '../texts.ts';
import type { Study, StudyFile } from './study.ts';

const MODEL = 'all-minilm-l6-v2';

/** The support tickets always, SST-2 with three other sources where the assets are. */
export function textStudies(): readonly Study[] {
  const tickets: Study = {
    name: 'tickets: e-mail to chat',
    model: MODEL,
    train: toFile(readTickets('email')),
    shifts: [{ name: 'chat', file: toFile(readTickets('chat')) }],
  };
  if (!existsSync(join(ASSETS, 'data/sst2/train.jsonl.gz'))) return [tickets];
  const others = readGzip('data/uci-sentiment-sentences/sentences.jsonl.gz');
  const sources = Object.entries(Object.groupBy(others, ({ domain }) => domain ?? ''));
  const sentiment: Study = {
    name: 'SST-2 to imdb, amazon, yelp',
    model: MODEL,
    train: toFile(readGzip('data/sst2/train.jsonl.gz')),
    shifts: sources.map(([name, rows = []]) => ({ name, file: toFile(rows) })),
  };
  return [tickets, sentiment];
}

const toFile = (rows: readonly LabelledText[]): StudyFile => ({ filename: 'rows.jsonl', content: toJsonl(rows) });

const readGzip = (path: string): (LabelledText & { domain?: string })[] =>
  gunzipSync(readFileSync(join(ASSETS, path)))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LabelledText);
