import { LevigateError, LIMITS } from '../../contract/index.ts';

/** The last segment of a path, without control characters. Rejects with `invalid_request` when it is too long. */
export function parseFilename(sent: string, param = 'file'): string {
  // oxlint-disable-next-line no-control-regex -- these are what must not get into a header or a terminal
  const name = (sent.split(/[/\\]/).at(-1) ?? '').replaceAll(/[\u0000-\u001f\u007f]/g, '').trim() || 'file';
  if (name.length <= LIMITS.filenameChars) return name;
  throw new LevigateError(
    'invalid_request',
    `the filename is longer than ${LIMITS.filenameChars} characters: shorten it`,
    {
      param,
    },
  );
}
