/**
 * The same for labels that are most likely meant to be one: `Bug report`, `bug_report`, `bug-report.`; `1` and `1.0`.
 * Signs stay, since `-1` is not `1` and `C++` is not `C`.
 */
export const spellingOf = (label: string): string =>
  label
    .trim()
    .replace(/^([-+]?\d+)\.0+$/u, '$1')
    .toLowerCase()
    .replaceAll(/[\s_]+|\.$|(?<=\p{L})-(?=\p{L})/gu, '');
