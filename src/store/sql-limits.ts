/** D1's, kept on every platform, so that what runs on one machine runs at the edge. */
export const SQL_LIMITS = {
  /** Of one statement. */
  boundParameters: 100,
  /** Of one value, and of a row. */
  valueBytes: 2_000_000,
} as const;
