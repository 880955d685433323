import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

export const DEFAULT_URL = 'http://127.0.0.1:8787';

/** @returns the origin and path without a slash at the end, and without the `/v1` that an API's URL would have */
export function parseGatewayUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new InvalidArgumentError(`It must be an http or https URL, such as ${DEFAULT_URL}.`);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/v1$/, '');
}

export function parseWholeNumber(value: string): number {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(value);
}

/** An option that may be given several times. */
export const collect = (value: string, earlier: readonly string[]): string[] => [...earlier, value];

/** Between 0 and 1, neither included. */
export function parseShare(value: string): number {
  const share = Number(value);
  if (!(share > 0 && share < 1)) throw new InvalidArgumentError('It must be between 0 and 1, such as 0.9.');
  return share;
}

/** A group's default command is also what an unknown one ends up with. @throws Error that names the commands there are */
export function assertNoArguments(command: Command): void {
  const [unknown] = command.args;
  if (unknown === undefined) return;
  const group = command.parent;
  const names = group?.commands.map((each) => each.name()).join(', ');
  throw new Error(`there is no command "${group?.name()} ${unknown}". There are: ${names}`);
}
