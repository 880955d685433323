import type { LintFinding } from '../../contract/lint.ts';
import type { LintCheck } from './lint-row.ts';
import { formatNames } from './tally.ts';

const FEW = 5;
const MAX_ROWS = 20;
// About 10 MB; a column with more is no group.
const MAX_GROUPS = 100_000;

interface Group {
  count: number;
  readonly firstLine: number;
}

/** Groups of one row or of few, and a column whose values nearly all differ. */
export function checkGroups(): LintCheck {
  const groups = new Map<string, Group>();
  let rows = 0;
  return {
    add: ({ isTraining, line, record: { group } }) => {
      if (!isTraining || group === undefined) return;
      rows += 1;
      const known = groups.get(group);
      if (known) known.count += 1;
      else if (groups.size < MAX_GROUPS) groups.set(group, { count: 1, firstLine: line });
    },
    findings: () => {
      const small = [...groups].filter(([, { count }]) => count < FEW);
      if (small.length === 0) return [];
      const file = 'training_file';
      const found = { file, rows: small.slice(0, MAX_ROWS).map(([, { firstLine }]) => firstLine), count: small.length };
      const isNoGroup = groups.size > rows / 2;
      const message = isNoGroup
        ? `The groups are ${groups.size} for ${rows} rows: this column names rows rather than where they come from. Choose a column with few values.`
        : `Fewer than ${FEW} rows in ${formatNames(small.map(([name]) => name))}: a figure on so few says nothing. Merge such groups.`;
      return [{ code: 'small_groups', severity: 'warn', message, ...found } satisfies LintFinding];
    },
  };
}
