import { readFileSync } from 'node:fs';

/**
 * Compares which guarantees of the contract suites ran, and held, on either platform, from vitest's JSON reports: `node scripts/compare-contract.ts NODE WORKERD`.
 * Fails when one is missing on a platform, unless it is named here.
 */

/** A guarantee of one platform alone, as "port: test", and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {};

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

/** By port: the tests that passed. */
function guaranteesOf(path: string, platform: string): Map<string, Set<string>> {
  const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  const ports = new Map<string, Set<string>>();
  for (const { ancestorTitles, title, status } of report.testResults.flatMap((file) => file.assertionResults)) {
    const [, port, ranOn] = /^contract: (.+) \((\w+)\)$/.exec(ancestorTitles[0] ?? '') ?? [];
    if (port === undefined || ranOn !== platform || status !== 'passed') continue;
    ports.set(port, (ports.get(port) ?? new Set()).add(title));
  }
  return ports;
}

const [nodePath = '', workerdPath = ''] = process.argv.slice(2);
const onNode = guaranteesOf(nodePath, 'node');
const onWorkerd = guaranteesOf(workerdPath, 'workerd');
let problems = onNode.size === 0 ? 1 : 0;
if (onNode.size === 0) console.log('no contract suite ran on node');

console.log('port                 node  workerd');
for (const port of new Set([...onNode.keys(), ...onWorkerd.keys()])) {
  const [node, workerd] = [onNode.get(port) ?? new Set<string>(), onWorkerd.get(port) ?? new Set<string>()];
  console.log(`${port.padEnd(20)} ${String(node.size).padStart(4)}  ${String(workerd.size).padStart(7)}`);
  for (const title of node.symmetricDifference(workerd)) {
    const reason = EXCEPTIONS[`${port}: ${title}`];
    problems += reason === undefined ? 1 : 0;
    console.log(
      `  only on ${node.has(title) ? 'node' : 'workerd'}: ${title}${reason === undefined ? '' : ` (${reason})`}`,
    );
  }
}
if (problems > 0) process.exitCode = 1;
