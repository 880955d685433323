import { LIMITS } from '../../contract/limits.ts';
import { formatMegabytes } from './format-megabytes.ts';
import { joinBytes } from '../sources/read-chunks.ts';
import type { Chunks } from '../sources/read-chunks.ts';
import { trainingFileError } from './training-file-error.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = '\uFEFF';

export interface TextLine {
  readonly line: number;
  readonly text: string;
}

/**
 * The lines of UTF-8 bytes, counted from 1, without their ends (LF or CRLF) and without a byte order mark.
 * At most one line is held in memory, and never more than `maxBytes` of it.
 * Throws `invalid_training_file` with the line number for a longer line, a NUL byte or bytes that are not UTF-8.
 */
export async function* readLines(chunks: Chunks, file: string, maxBytes: number): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let line = 1;
  const hold = (part: Uint8Array): void => {
    pendingBytes += part.length;
    if (pendingBytes > maxBytes) throw lineTooLong(file, line, maxBytes);
    if (part.length > 0) pending.push(part);
  };
  const release = (): TextLine => {
    if (line > LIMITS.trainingLines) throw tooManyLines(file);
    const whole = { line, text: decodeLine(decoder, pending, { file, line }) };
    pending = [];
    pendingBytes = 0;
    line += 1;
    return whole;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      hold(chunk.subarray(start, end));
      yield release();
      start = end + 1;
    }
    hold(chunk.subarray(start));
  }
  if (pendingBytes > 0) yield release();
}

function decodeLine(
  decoder: TextDecoder,
  parts: readonly Uint8Array[],
  place: { readonly file: string; readonly line: number },
): string {
  const bytes = joinBytes(parts);
  if (bytes.includes(0)) {
    throw trainingFileError(
      place,
      'holds a NUL byte, so this is not a text file. Save it as UTF-8 (not UTF-16, not compressed) and upload it again.',
    );
  }
  const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
  try {
    const text = decoder.decode(bytes.subarray(0, end));
    return place.line === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  } catch (cause) {
    throw trainingFileError(
      place,
      'is not valid UTF-8. Save it with the encoding UTF-8, uncompressed, and upload it again.',
      cause,
    );
  }
}

function lineTooLong(file: string, line: number, maxBytes: number): Error {
  const limit = formatMegabytes(maxBytes);
  return trainingFileError(
    { file, line },
    `is longer than ${limit}. Write one record per line and shorten the text; the backbone reads only its first few hundred tokens.`,
  );
}

function tooManyLines(file: string): Error {
  const limit = LIMITS.trainingLines.toLocaleString('en');
  return trainingFileError(
    { file },
    `the file has more than ${limit} lines. Remove blank lines, and line breaks within texts.`,
  );
}
