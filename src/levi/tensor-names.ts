type Named<Thing> = Readonly<Record<string, Thing>>;

/** Several sets of tensors in one: each under a prefix. */
export function prefixed<Thing>(prefix: string, named: Named<Thing>): Named<Thing> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [prefix + name, value]));
}

export function withoutPrefix<Thing>(prefix: string, named: Named<Thing>): Named<Thing> {
  const chosen = Object.entries(named).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(chosen.map(([name, value]) => [name.slice(prefix.length), value]));
}
