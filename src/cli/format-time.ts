/** Unix seconds as UTC, to the second. */
export const formatTime = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().replace('T', ' ').slice(0, 19);
