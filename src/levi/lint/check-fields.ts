import { LIMITS } from '../../contract/limits.ts';
import type { LintFinding } from '../../contract/lint.ts';
import type { LintCheck, LintRow } from './lint-row.ts';
import { formatPercent, newTally, noteRow, shorten } from './tally.ts';
import type { Tally } from './tally.ts';

const MAX_FIELDS = 64;
const MAX_VALUES = 1_000;
const MIN_ROWS_PER_VALUE = 5;
const GIVEAWAY_ACCURACY = 0.98;

interface FieldStatistics {
  rows: number;
  /** Per value, how often with which label; values beyond `MAX_VALUES` make a field too wide to judge. */
  readonly values: Map<string, Map<string, number>>;
  isWide: boolean;
  readonly firstType: string;
  readonly otherType: Tally;
  /** Where it has a value. */
  readonly given: Tally;
}

/** Fields that give the label away, hold one value, or hold values of two types. */
export function checkFields(): LintCheck {
  const fields = new Map<string, FieldStatistics>();
  const labels = new Map<string, number>();
  return {
    add: (row) => {
      if (!row.isTraining) return;
      labels.set(row.answer, (labels.get(row.answer) ?? 0) + 1);
      for (const [name, value] of Object.entries(row.record.fields ?? {})) addValue(fields, row, { name, value });
    },
    findings: () => [...fields].flatMap(([name, found]) => findInField(name, found, labels)),
  };
}

function addValue(
  fields: Map<string, FieldStatistics>,
  { line, answer }: LintRow,
  { name, value }: { readonly name: string; readonly value: unknown },
): void {
  if (value === undefined || value === null || value === '' || name.length > LIMITS.columnNameChars) return;
  if (fields.size >= MAX_FIELDS && !fields.has(name)) return;
  const field = fields.get(name) ?? {
    rows: 0,
    values: new Map<string, Map<string, number>>(),
    isWide: false,
    firstType: typeof value,
    otherType: newTally(),
    given: newTally(),
  };
  fields.set(name, field);
  field.rows += 1;
  noteRow(field.given, line);
  if (typeof value !== field.firstType) noteRow(field.otherType, line);
  const key = JSON.stringify(value).slice(0, 256);
  const counts = field.values.get(key) ?? new Map<string, number>();
  counts.set(answer, (counts.get(answer) ?? 0) + 1);
  if (field.values.size < MAX_VALUES || field.values.has(key)) field.values.set(key, counts);
  else field.isWide = true;
}

function findInField(
  name: string,
  { rows, values, isWide, firstType, otherType, given }: FieldStatistics,
  labels: ReadonlyMap<string, number>,
): readonly LintFinding[] {
  const total = [...labels.values()].reduce((sum, count) => sum + count, 0);
  const finding = (code: LintFinding['code'], severity: LintFinding['severity'], message: string): LintFinding => ({
    code,
    severity,
    message: `The field "${shorten(name)}" ${message}`,
    file: 'training_file',
    rows: (code === 'mixed_field_types' ? otherType : given).rows,
    count: code === 'mixed_field_types' ? otherType.count : rows,
  });
  const found: LintFinding[] = [];
  const accuracy = largestOf(values.values()) / rows;
  const baseline = Math.max(...labels.values()) / total;
  const isJudged = !isWide && values.size > 1 && rows >= MIN_ROWS_PER_VALUE * values.size && rows >= total / 2;
  if (isJudged && accuracy >= GIVEAWAY_ACCURACY && baseline < 0.9)
    found.push(
      finding(
        'field_gives_label',
        'warn',
        `alone tells the label in ${formatPercent(accuracy)} of the rows. If it is only known once the label is, leave it out.`,
      ),
    );
  if (values.size === 1 && !isWide)
    found.push(
      finding('constant_field', 'info', 'has the same value wherever it is given: nothing can be learned from it.'),
    );
  if (otherType.count > 0)
    found.push(
      finding(
        'mixed_field_types',
        'warn',
        `is a ${firstType} in some rows and another type in others. Write it in one way.`,
      ),
    );
  return found;
}

const largestOf = (counts: Iterable<ReadonlyMap<string, number>>): number =>
  [...counts].reduce((sum, labels) => sum + Math.max(...labels.values()), 0);
