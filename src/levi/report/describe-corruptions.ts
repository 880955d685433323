import type { Corruption } from '../../contract/levi.ts';
import type { NamedSet } from './measure-method.ts';

/** What a reader should know of the built-in corruptions, for the report's notes. */
export function describeCorruptions(asked: readonly Corruption[], shifts: readonly NamedSet[]): readonly string[] {
  if (asked.length === 0) return [];
  const applied = shifts.filter(({ kind }) => kind === 'corruption');
  const idle = asked.filter((name) => !applied.some((each) => each.name === name));
  const counts = applied.map(({ name, set, changed = 0 }) => `${name} changed ${changed} of ${set.targets.rows} rows`);
  return [
    'Built-in corruptions are guesses at what may go wrong, made to held-out rows: they stand in no mean, no gain and not in the verdict.',
    ...(counts.length === 0 ? [] : [`Of the corruptions, ${counts.join(', ')}.`]),
    ...(idle.length === 0
      ? []
      : [`Corruptions that found nothing to change in the held-out rows: ${idle.join(', ')}.`]),
  ];
}
