import type { Finding, FindingState } from './finding.ts';

const MARKS = { ok: 'ok', note: 'note', unchecked: '?', broken: 'broken' } as const satisfies Record<
  FindingState,
  string
>;
const MARK_WIDTH = Math.max(...Object.values(MARKS).map(({ length }) => length));

/** A line a finding, how to mend it below, and a last line that sums up. */
export function formatFindings(findings: readonly Finding[]): string {
  const lines = findings.map(({ subject, state, message, mend }) => {
    const line = `  ${MARKS[state].padEnd(MARK_WIDTH)}  ${subject}: ${message}`;
    return mend === undefined ? line : `${line}\n  ${' '.repeat(MARK_WIDTH)}  -> ${mend}`;
  });
  return [...lines, '', summarise(findings)].join('\n');
}

function summarise(findings: readonly Finding[]): string {
  const count = (state: FindingState): number => findings.filter((finding) => finding.state === state).length;
  const brokenCount = count('broken');
  const uncheckedCount = count('unchecked');
  const rest = uncheckedCount === 0 ? '' : `, ${uncheckedCount} could not be checked from here`;
  return brokenCount === 0 ? `Nothing is broken${rest}.` : `${brokenCount} broken${rest}.`;
}
