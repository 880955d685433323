/** One source could not give a file; the message is the reason shown when every source has failed. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}
