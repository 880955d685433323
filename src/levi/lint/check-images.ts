import type { LintFinding } from '../../contract/lint.ts';
import { readImageHeader } from '../images/read-image-header.ts';
import type { LintCheck } from './lint-row.ts';
import { formatPercent, formatRows, noteIn, RowCounts } from './tally.ts';
import type { FileTallies } from './tally.ts';

/** A side that has less shows hardly anything once it is scaled to a backbone's 224. */
const MIN_SIDE = 16;
/** Scaled to a square, a picture of this shape loses all but its middle. */
const MAX_ASPECT = 10;

/** Pictures of a pixel or little more, and ones that are all length. */
export function checkImages(): LintCheck {
  const rows = new RowCounts();
  const tiny: FileTallies = new Map();
  const narrow: FileTallies = new Map();
  return {
    add: (row) => {
      const { image } = row.record;
      if (image === undefined) return;
      rows.add(row.file);
      const header = readImageHeader(image);
      if ('problem' in header) return;
      const { width, height } = header;
      if (Math.min(width, height) < MIN_SIDE) noteIn(tiny, row);
      else if (Math.max(width, height) > MAX_ASPECT * Math.min(width, height)) noteIn(narrow, row);
    },
    findings: () => [
      ...[...tiny].map(([file, tally]): LintFinding => {
        const share = formatPercent(rows.shareOf(file, tally.count));
        const message = `${formatRows(tally.count)} (${share}) hold a picture of less than ${MIN_SIDE} pixels on a side, in which next to nothing can be seen. Are they placeholders, or thumbnails?`;
        return { code: 'tiny_images', severity: 'warn', message, file, ...tally };
      }),
      ...[...narrow].map(([file, tally]): LintFinding => {
        const share = formatPercent(rows.shareOf(file, tally.count));
        const message = `${formatRows(tally.count)} (${share}) hold a picture more than ${MAX_ASPECT} times as long as wide; the backbone reads the square in its middle. Cut it to what matters.`;
        return { code: 'narrow_images', severity: 'info', message, file, ...tally };
      }),
    ],
  };
}
