/**
 * A worker whose queue stands says so with every answer and refusal, so that its gateway can refuse what the worker would refuse without
 * asking it. In ordinary times there is no such header.
 */
export const OVERLOAD_HEADER = 'x-levigate-overload';

export interface Overload {
  /** How long newcomers may be kept waiting, in milliseconds. */
  readonly limitMs: number;
  /** What the device was measured at. */
  readonly tokensPerMs: number;
}

export const formatOverload = ({ limitMs, tokensPerMs }: Overload): string =>
  `${Math.round(limitMs)};${tokensPerMs.toPrecision(4)}`;

/** Null where there is no header, or none that this release understands. */
export function parseOverload(header: string | null | undefined): Overload | null {
  const [limitMs = Number.NaN, tokensPerMs = Number.NaN] = (header ?? '').split(';').map(Number);
  return limitMs > 0 && tokensPerMs > 0 ? { limitMs, tokensPerMs } : null;
}
