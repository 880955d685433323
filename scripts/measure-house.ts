import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { findCircles } from './measure/find-circles.ts';
import { findDuplicates } from './measure/find-duplicates.ts';
import { folderEdges } from './measure/folder-edges.ts';
import { readSources } from './measure/sources.ts';
import type { Escape } from './measure/sources.ts';

/**
 * What the code of the product is like, in numbers: `npm run measure`, or `npm run measure -- FOLDER` for another checkout of this repository.
 * `--list` names the longest, the circles and the duplicates as well.
 */
const folder = process.argv.slice(2).find((argument) => !argument.startsWith('-'));
const root = resolve(folder ?? join(import.meta.dirname, '..'));
const lists = process.argv.includes('--list');

const sources = readSources(root);
const lines = sources.map((source) => source.lines.length);
const functions = sources.flatMap((source) => source.functions.map((each) => ({ ...each, path: source.path })));
const total = lines.reduce((sum, count) => sum + count, 0);
const duplicates = findDuplicates(sources, 6);
const fileCircles = findCircles(new Map(sources.map(({ path, imports }) => [path, new Set(imports)] as const)));
const folderCircles = findCircles(folderEdges(sources));
const dead = deadBranches();

const rows: readonly (readonly [string, string | number])[] = [
  ['files', sources.length],
  ['lines', total],
  ['lines a file: median, p90, longest', spread(lines)],
  ['functions with a block', functions.length],
  ['lines a function: median, p90, longest', spread(functions.map((each) => each.lines))],
  ['circles among files', fileCircles.length],
  ['circles among folders', folderCircles.length],
  ['duplicates of six lines and more', duplicates.length],
  ...(['any', 'as', '!'] as const).map((escape) => [`\`${escape}\` a thousand lines`, perThousand(escape)] as const),
  ['exports nobody uses', unusedExports()],
  ['conditions that are always true or always false', dead.length],
];
const width = Math.max(...rows.map(([name]) => name.length));
for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${value}`);

if (lists) {
  const longest = functions.toSorted((one, other) => other.lines - one.lines).slice(0, 12);
  console.log('', ...longest.map((each) => `\n${each.lines} lines: ${each.name} in ${each.path}`));
  for (const circle of [...fileCircles, ...folderCircles]) console.log(`circle: ${circle.join(' ')}`);
  for (const line of dead) console.log(line);
  for (const { lines: count, places } of duplicates) console.log(`${count} lines twice: ${places.join(' and ')}`);
}

function spread(counts: readonly number[]): string {
  const sorted = counts.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return `${at(0.5)}, ${at(0.9)}, ${at(1)}`;
}

function perThousand(escape: Escape): string {
  const count = sources.reduce((sum, { escapes }) => sum + escapes[escape], 0);
  return `${((1000 * count) / total).toFixed(1)} (${count})`;
}

function unusedExports(): number | string {
  const { stdout } = spawnSync('knip', ['--reporter', 'json'], { cwd: root, encoding: 'utf8' });
  try {
    const { issues } = JSON.parse(stdout) as { issues: readonly Readonly<Record<string, unknown>>[] };
    return issues.reduce((sum, issue) => sum + countOf(issue['exports']) + countOf(issue['types']), 0);
  } catch {
    return 'not measured: knip needs node_modules there';
  }
}

function countOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

/** By the types: a condition that cannot turn out otherwise guards a branch that nobody takes. */
function deadBranches(): readonly string[] {
  const rule = join(import.meta.dirname, 'measure/dead-branches.json');
  const args = ['--type-aware', '-c', rule, '-f', 'unix', 'src', 'functions', 'gpu-worker/src'];
  const { stdout } = spawnSync('oxlint', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
  return stdout.split('\n').filter((line) => / \[(?:Error|Warning)\//.test(line));
}
