/** What is wrong with an archive, as the end of a sentence that names it; `entry` is the path concerned. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
  readonly entry: string | undefined;

  constructor(problem: string, { entry, cause }: { readonly entry?: string; readonly cause?: unknown } = {}) {
    super(problem, cause === undefined ? undefined : { cause });
    this.entry = entry;
  }
}
