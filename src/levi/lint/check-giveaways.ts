import type { LintFinding } from '../../contract/lint.ts';
import { mixBits } from './hash-text.ts';
import type { LintCheck, LintRow } from './lint-row.ts';
import { formatPercent, shorten } from './tally.ts';

const SAMPLE_ROWS = 50;
const MIN_ROWS = 20;
const MIN_SHARE = 0.95;
const MAX_WORDS = 64;
const MAX_ROWS = 20;

interface SampledRow {
  readonly priority: number;
  readonly line: number;
  readonly tokens: ReadonlySet<string>;
}

interface LabelSample {
  count: number;
  readonly rows: SampledRow[];
}

/**
 * A word or pair of words that nearly all texts of one label hold and nearly no other text: the label's own name, a
 * signature, a template. Judged on a sample of up to 50 rows per label, the same for the same file.
 */
export function checkGiveaways(): LintCheck {
  const samples = new Map<string, LabelSample>();
  return {
    add: (row) => {
      if (!row.isTraining) return;
      for (const label of row.labels) {
        const sample = samples.get(label) ?? { count: 0, rows: [] };
        samples.set(label, sample);
        sample.count += 1;
        keepSmallest(sample.rows, row);
      }
    },
    findings: () => (samples.size < 2 ? [] : findGiveaways(samples)),
  };
}

/** Reservoir by a hash of the line number: which rows are kept does not hang on their order of labels. */
function keepSmallest(rows: SampledRow[], row: LintRow): void {
  const priority = mixBits(row.line) >>> 0;
  if (rows.length < SAMPLE_ROWS) {
    rows.push({ priority, line: row.line, tokens: tokensOf(row.words) });
    return;
  }
  const last = rows.reduce((most, next, at) => (next.priority > (rows[most]?.priority ?? 0) ? at : most), 0);
  if (priority < (rows[last]?.priority ?? 0)) rows[last] = { priority, line: row.line, tokens: tokensOf(row.words) };
}

function tokensOf(words: readonly string[]): ReadonlySet<string> {
  const read = words.slice(0, MAX_WORDS);
  return new Set(
    [...read, ...read.slice(1).map((word, at) => `${read[at] ?? ''} ${word}`)].filter((token) => token !== ''),
  );
}

interface Giveaway {
  readonly token: string;
  /** Share of the label's texts that hold it. */
  readonly coverage: number;
}

function findGiveaways(samples: ReadonlyMap<string, LabelSample>): readonly LintFinding[] {
  const candidates = new Map([...samples].map(([label, sample]) => [label, candidatesOf(sample)]));
  const wanted = new Set([...candidates.values()].flat().map(({ token }) => token));
  const totals = countEverywhere(samples, wanted);
  return [...candidates].flatMap(([label, tokens]) => {
    const sample = samples.get(label);
    const totalOf = ({ token }: Giveaway): number => totals.get(token) ?? 1;
    // The one that is rarest elsewhere says most: of a signature its own words, not the "by" in it.
    const [giveaway] = tokens
      .filter((candidate) => (candidate.coverage * (sample?.count ?? 0)) / totalOf(candidate) >= MIN_SHARE)
      .sort((a, b) => b.coverage - a.coverage || totalOf(a) - totalOf(b) || b.token.length - a.token.length);
    return sample && giveaway ? [toFinding(label, sample, giveaway)] : [];
  });
}

function candidatesOf({ count, rows }: LabelSample): readonly Giveaway[] {
  if (count < MIN_ROWS) return [];
  const counts = new Map<string, number>();
  for (const { tokens } of rows) for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return [...counts]
    .map(([token, holding]) => ({ token, coverage: holding / rows.length }))
    .filter(({ coverage }) => coverage >= MIN_SHARE);
}

/** How many rows of the whole file hold a token, each label's sample scaled to its size. */
function countEverywhere(samples: ReadonlyMap<string, LabelSample>, wanted: ReadonlySet<string>): Map<string, number> {
  const totals = new Map<string, number>();
  for (const { count, rows } of samples.values()) {
    for (const { tokens } of rows) {
      for (const token of tokens)
        if (wanted.has(token)) totals.set(token, (totals.get(token) ?? 0) + count / rows.length);
    }
  }
  return totals;
}

function toFinding(label: string, { count, rows }: LabelSample, { token, coverage }: Giveaway): LintFinding {
  const holding = rows.filter(({ tokens }) => tokens.has(token)).map(({ line }) => line);
  return {
    code: 'token_gives_label',
    severity: 'warn',
    message: `"${shorten(token)}" is in ${formatPercent(coverage)} of the texts labelled "${shorten(label)}" and in hardly any other. If it will not be there when the label is unknown, remove it from the texts: the model will lean on it.`,
    file: 'training_file',
    rows: holding.sort((a, b) => a - b).slice(0, MAX_ROWS),
    count: Math.round(coverage * count),
  };
}
