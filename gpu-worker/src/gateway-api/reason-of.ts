/** What went wrong with a request: fetch says "fetch failed" and keeps what happened in the cause. */
export function reasonOf(error: unknown): string {
  const { cause } = error instanceof Error ? error : {};
  if (cause instanceof Error) return cause.message || cause.name;
  return error instanceof Error ? error.message : String(error);
}
