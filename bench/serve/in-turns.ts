/** What a side does in a turn; what comes of it, mostly how many a second. */
export type Turn = (round: number) => Promise<number>;

/**
 * Every side once a round, so that a machine that slows down slows all; who goes first changes from round to round, as the
 * one behind finds the machine warmer.
 */
export async function inTurns<Side extends string>(
  rounds: number,
  sides: Readonly<Record<Side, Turn>>,
): Promise<Readonly<Record<Side, readonly number[]>>> {
  const names = Object.keys(sides) as Side[];
  const found = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Side, number[]>;
  for (let round = 0; round < rounds; round += 1) {
    const start = round % names.length;
    for (const name of [...names.slice(start), ...names.slice(0, start)]) {
      found[name].push(await sides[name](round));
    }
  }
  return found;
}
