import { dirname } from 'node:path';

interface Importing {
  readonly path: string;
  /** Paths of files. */
  readonly imports: readonly string[];
}

/** Which folder imports from which, those within each other left out: an index beside its parts is no circle. */
export function folderEdges(files: readonly Importing[]): ReadonlyMap<string, ReadonlySet<string>> {
  const edges = new Map<string, Set<string>>();
  for (const { path, imports } of files) {
    const from = dirname(path);
    const known = edges.get(from) ?? new Set();
    edges.set(from, known);
    for (const to of imports.map(dirname)) if (!isWithin(from, to) && !isWithin(to, from)) known.add(to);
  }
  return edges;
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}/`);
}
