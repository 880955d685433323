import type { DryRun, LintFinding } from '../sdk/index.ts';
import { formatColumns } from './report-table.ts';

const MAX_LABELS = 12;
const MAX_CHARS = 80;

/** A dry run as plain text: what was read, what was found, how long training would take. */
export function formatDryRun({ notes, rows, targets, fields, preview, lint, estimate }: DryRun): string {
  const basis = estimate.based_on === 'past_jobs' ? "from this project's past jobs" : 'a rough guess without past jobs';
  return [
    `  ${rows} rows`,
    ...notes.map((note) => `  ${note}.`),
    ...targets.map(formatTarget),
    '  The first rows as read:',
    formatColumns(
      preview.map((row) => [
        `line ${row.line}`,
        [row.labels ?? row.label].map(formatLabel).join(''),
        shorten(contentOf(row)),
      ]),
    ),
    ...formatFields(fields),
    ...(lint.length === 0 ? ['  Nothing to complain about.'] : lint.map(formatFinding)),
    `  Training would take about ${formatSeconds(estimate.seconds)} (${basis}; about ${estimate.tokens} tokens).`,
  ].join('\n\n');
}

function formatTarget({ name, task, labels, values }: DryRun['targets'][number]): string {
  const counts = Object.entries(labels).sort(([, a], [, b]) => b - a);
  const title = `  ${name}: ${task}`;
  if (task === 'regression') return `${title}, ${values?.min} to ${values?.max}, mean ${values?.mean.toPrecision(4)}`;
  const others = counts.length > MAX_LABELS ? [[`and ${counts.length - MAX_LABELS} more`, '']] : [];
  const shown = counts.slice(0, MAX_LABELS).map(([label, count]) => [label, String(count)]);
  return `${title}, ${counts.length} ${task === 'ordinal' ? 'levels' : 'labels'}\n${formatColumns([...shown, ...others])}`;
}

function formatLabel(label: DryRun['preview'][number]['label'] | Record<string, unknown>): string {
  return typeof label === 'string' ? label : JSON.stringify(label);
}

/** What the backbone reads of a row, or else its fields. */
function contentOf({ text, image, fields }: DryRun['preview'][number]): string {
  const picture = image && `${image.format} of ${image.width} x ${image.height} pixels`;
  const parts = [text, picture].filter((part) => part !== undefined && part !== '');
  return parts.length > 0 ? parts.join(' ') : JSON.stringify(fields ?? {});
}

function formatFields(fields: DryRun['fields']): readonly string[] {
  const named = Object.entries(fields);
  if (named.length === 0) return [];
  const columns = named.map(([name, { type, inferred, missing, distinct }]) => [
    name,
    inferred ? `${type}, told from its values` : type,
    `${distinct} different`,
    missing === 0 ? '' : `missing in ${missing} rows`,
  ]);
  return ['  Fields:', formatColumns(columns)];
}

function formatFinding({ severity, code, file, message, rows, count }: LintFinding): string {
  const lines = rows.length === 0 ? '' : `\n    lines ${rows.join(', ')}${count > rows.length ? ', …' : ''}`;
  return `  ${severity.padEnd(5)} ${code}, ${file}\n    ${message}${lines}`;
}

const shorten = (text: string): string => {
  const line = text.replaceAll(/\s+/gu, ' ');
  return line.length > MAX_CHARS ? `${line.slice(0, MAX_CHARS - 1)}…` : line;
};

const formatSeconds = (seconds: number): string =>
  seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
