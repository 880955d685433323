import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { ProjectLimits } from '../sdk/index.ts';
import { parseWholeNumber } from './parse-arguments.ts';

const KEY_LIMITS = {
  requestsPerMinute: { limit: 'requests_per_minute', flag: '--requests-per-minute <n>', what: 'requests' },
  tokensPerMinute: {
    limit: 'tokens_per_minute',
    flag: '--tokens-per-minute <n>',
    what: "tokens of predictions' inputs",
  },
} as const;
const PROJECT_LIMITS = {
  ...KEY_LIMITS,
  concurrentRequests: {
    limit: 'concurrent_requests',
    flag: '--concurrent-requests <n>',
    what: 'being answered at a time',
  },
  inputsPerMonth: { limit: 'inputs_per_month', flag: '--inputs-per-month <n>', what: 'inputs times models' },
  tokensPerMonth: { limit: 'tokens_per_month', flag: '--tokens-per-month <n>', what: 'tokens' },
  storageBytes: { limit: 'storage_bytes', flag: '--storage-bytes <n>', what: 'files, adapters and results' },
} as const;

type LimitTable = Readonly<
  Record<string, { readonly limit: keyof ProjectLimits; readonly flag: string; readonly what: string }>
>;

/** A value, or what takes the limit away. */
const parseLimit = (value: string): number | 'none' => (value === 'none' ? value : parsePositive(value));

function parsePositive(value: string): number {
  const number = parseWholeNumber(value);
  if (number === 0) throw new InvalidArgumentError('It must be 1 or more, or "none".');
  return number;
}

/** An option for each limit that a key can have. */
export const addKeyLimitOptions = (command: Command): Command => addOptions(command, KEY_LIMITS);
/** An option for each limit that a project can have. */
export const addProjectLimitOptions = (command: Command): Command => addOptions(command, PROJECT_LIMITS);

function addOptions(command: Command, table: LimitTable): Command {
  for (const { flag, what } of Object.values(table))
    command.option(flag, `${what}; "none" takes the limit away`, parseLimit);
  return command;
}

/**
 * The limits there are with what the options change: the API replaces them as a whole.
 * @returns null for none at all
 */
export function changeLimits(
  current: ProjectLimits | null,
  options: Readonly<Record<string, unknown>>,
): ProjectLimits | null {
  const limits: ProjectLimits = { ...current };
  for (const [name, { limit }] of Object.entries(PROJECT_LIMITS)) {
    const value = options[name];
    if (value === 'none') delete limits[limit];
    if (typeof value === 'number') limits[limit] = value;
  }
  return Object.keys(limits).length === 0 ? null : limits;
}

/** In one line. */
export function formatLimits(limits: ProjectLimits | null): string {
  const given = Object.entries(limits ?? {});
  return given.length === 0 ? 'no limits' : given.map(([name, value]) => `${name} ${value}`).join(', ');
}
