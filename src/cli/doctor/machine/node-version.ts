import { broken, ok } from '../finding.ts';
import type { Finding } from '../finding.ts';

const LEAST_MAJOR = 24;

/** Older ones lack what is used here: type stripping, node:sqlite without a flag, `using`. */
export function checkNodeVersion(): Promise<readonly Finding[]> {
  const { node } = process.versions;
  if (Number(node.split('.')[0]) >= LEAST_MAJOR) return Promise.resolve([ok('Node', node)]);
  const mend = '"npm run levigate -- doctor" in the repository, which brings its own';
  return Promise.resolve([broken('Node', `${node}, and ${LEAST_MAJOR} or newer is needed`, mend)]);
}
