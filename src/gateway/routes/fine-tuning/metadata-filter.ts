const BRACKETED = /^metadata\[(.+)\]$/;

/** `metadata[team]=a` asks for jobs with that pair, `metadata=null` for jobs without metadata; undefined for all. */
export function parseMetadataFilter(url: string): Record<string, string> | null | undefined {
  const query = new URL(url).searchParams;
  if (query.get('metadata') === 'null') return null;
  const pairs = [...query].flatMap(([name, value]) => {
    const key = BRACKETED.exec(name)?.[1];
    return key === undefined ? [] : [[key, value] as const];
  });
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}
