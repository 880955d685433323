import type { AdapterDifference, Verification } from '../sdk/index.ts';
import { formatColumns } from './report-table.ts';
import { wrapText } from './wrap-text.ts';

/** A verdict as plain text: one sentence, both hashes, and what differs. */
export function formatVerification(verification: Verification, columns?: number): string {
  const { message, matches, expected_sha256, found_sha256, differences } = verification;
  const hashes = formatColumns([
    ['then', expected_sha256],
    ['now', found_sha256],
  ]);
  const table = formatColumns([['', 'then', 'now', 'largest difference'], ...differences.map(toRow)]);
  return [
    wrapText(`${message}.`, columns),
    ...(matches ? [] : [hashes]),
    ...(differences.length === 0 ? [] : [table]),
  ].join('\n\n');
}

const toRow = ({ name, expected, found, largest_difference }: AdapterDifference): readonly string[] => [
  name,
  expected ?? 'absent',
  found ?? 'absent',
  largest_difference === null ? '' : largest_difference.toExponential(1),
];
