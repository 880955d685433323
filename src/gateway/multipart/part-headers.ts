import { LevigateError } from '../../contract/index.ts';

export interface PartHeaders {
  readonly name: string;
  /** null for a plain field. */
  readonly filename: string | null;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** Reads a part's `Content-Disposition` (RFC 7578; raw UTF-8 names, as clients send them). */
export function parsePartHeaders(bytes: Uint8Array): PartHeaders {
  const disposition = decodeText(bytes, 'a part header')
    .split('\r\n')
    .map((line) => /^content-disposition\s*:\s*(.*)$/i.exec(line)?.[1])
    .find((value) => value !== undefined);
  const parameters = parseParameters(disposition ?? '');
  const name = parameters.get('name');
  if (name === undefined || !/^form-data\b/i.test(disposition ?? '')) {
    throw new LevigateError(
      'invalid_request',
      'a multipart part has no "Content-Disposition: form-data; name=..." header',
    );
  }
  return { name, filename: decodeExtended(parameters.get('filename*')) ?? parameters.get('filename') ?? null };
}

/** @throws `invalid_request` naming `what` when the bytes are not UTF-8 */
export function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw new LevigateError('invalid_request', `${what} of the multipart body is not UTF-8`, { cause: error });
  }
}

function parseParameters(disposition: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [, key = '', quoted, token] of disposition.matchAll(
    /;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g,
  )) {
    parameters.set(key.toLowerCase(), quoted === undefined ? (token ?? '') : unquote(quoted));
  }
  return parameters;
}

/** curl escapes quotes with a backslash, browsers write %22; a lone backslash is part of a Windows path. */
function unquote(text: string): string {
  return text
    .replaceAll(/\\(["\\])/g, '$1')
    .replaceAll(/%22/g, '"')
    .replaceAll(/%0D/gi, '\r')
    .replaceAll(/%0A/gi, '\n');
}

/** RFC 5987's `UTF-8''na%C3%AFve.txt`. */
function decodeExtended(value: string | undefined): string | null {
  const encoded = /^UTF-8'[^']*'(.*)$/i.exec(value ?? '')?.[1];
  if (encoded === undefined) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}
