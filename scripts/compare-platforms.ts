import { readFileSync } from 'node:fs';
import { NODE_ONLY } from '../tests/support/gateway/platform-exceptions.ts';

/** The part of vitest's JSON report that is read here. */
export interface TestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

export interface Comparison {
  /** Tests of tests/api that passed. */
  readonly counts: { readonly node: number; readonly workerd: number };
  /** What is not as it must be, a sentence each. */
  readonly differences: readonly string[];
}

/**
 * Whether every test of tests/api passed on both platforms, but for the named exceptions.
 * @param exceptions reasons, by `FILE > TITLES`
 */
export function comparePlatforms(
  node: TestReport,
  workerd: TestReport,
  exceptions: Readonly<Record<string, string>>,
): Comparison {
  const [onNode, inWorkerd] = [passedOf(node), passedOf(workerd)];
  const differences = [
    ...missing(onNode, inWorkerd)
      .filter((name) => !(name in exceptions))
      .map((name) => `runs on Node and not in workerd: ${name}`),
    ...missing(inWorkerd, onNode).map((name) => `runs in workerd and not on Node: ${name}`),
    ...Object.keys(exceptions)
      .filter((name) => !onNode.has(name) || inWorkerd.has(name))
      .map((name) => `is an exception without need: ${name}`),
  ];
  return { counts: { node: onNode.size, workerd: inWorkerd.size }, differences };
}

const FOLDER = '/tests/api/';

/** Of tests that share a name, as rows of a table may, each counts. */
function passedOf({ testResults }: TestReport): Set<string> {
  const seen = new Map<string, number>();
  const names = testResults
    .filter(({ name }) => name.includes(FOLDER))
    .flatMap(({ name: path, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'passed')
        .map(({ ancestorTitles, title }) => [path.split(FOLDER)[1], ...ancestorTitles, title].join(' > ')),
    )
    .map((name) => {
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return count === 1 ? name : `${name} (${count})`;
    });
  return new Set(names);
}

const missing = (from: ReadonlySet<string>, other: ReadonlySet<string>): string[] =>
  [...from].filter((name) => !other.has(name));

if (import.meta.main) {
  const [node, workerd] = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, 'utf8')) as TestReport);
  if (!node || !workerd) throw new Error('give the JSON reports of vitest: on Node, and in workerd');
  const { counts, differences } = comparePlatforms(node, workerd, NODE_ONLY);
  for (const difference of differences) console.error(difference);
  for (const [name, reason] of Object.entries(NODE_ONLY)) console.log(`on Node alone: ${name}: ${reason}`);
  console.log(`tests/api: ${counts.node} passed on Node, ${counts.workerd} in workerd`);
  if (counts.node === 0 || differences.length > 0) process.exitCode = 1;
}
