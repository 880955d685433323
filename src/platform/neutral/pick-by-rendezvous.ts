import { createHash } from 'node:crypto';

/** The name with the highest hash together with the key: of n names, a new one takes over 1 key in n, and no other moves. */
export function pickByRendezvous(names: readonly string[], key: string): string | undefined {
  const scored = names.map((name) => ({ name, score: scoreOf(name, key) }));
  return scored.reduce<{ name: string; score: number } | undefined>(
    (best, each) => (best === undefined || each.score > best.score ? each : best),
    undefined,
  )?.name;
}

const scoreOf = (name: string, key: string): number =>
  createHash('sha256').update(`${name}\0${key}`).digest().readUIntBE(0, 6);
