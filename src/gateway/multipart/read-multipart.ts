import { LevigateError } from '../../contract/index.ts';
import type { UploadPart } from '../../services/files/create.ts';
import { createByteReader } from './byte-reader.ts';
import type { ByteReader } from './byte-reader.ts';
import { decodeText, parsePartHeaders } from './part-headers.ts';

export interface MultipartLimits {
  readonly parts: number;
  readonly headerBytes: number;
  readonly fieldBytes: number;
  /** Of what stands before the first boundary, after the last, and after a boundary in its line. */
  readonly paddingBytes: number;
}

const DEFAULT_LIMITS: MultipartLimits = { parts: 32, headerBytes: 8_192, fieldBytes: 65_536, paddingBytes: 4_096 };

const encoder = new TextEncoder();
const CRLF = encoder.encode('\r\n');
const EMPTY_LINE = encoder.encode('\r\n\r\n');

/**
 * The parts of a multipart/form-data body in the order they arrive. A file's body streams; what of it was not
 * read is skipped when the next part is asked for. `FormData` would hold it all: 736 MB for a 200 MB file.
 * @throws `unsupported_media_type` when it is something else, `invalid_request` when it is malformed or cut off
 */
export async function* readMultipart(
  body: ReadableStream<Uint8Array> | null,
  contentType: string | undefined,
  limits: MultipartLimits = DEFAULT_LIMITS,
): AsyncGenerator<UploadPart> {
  const delimiter = encoder.encode(`\r\n--${parseBoundary(contentType)}`);
  if (!body)
    throw new LevigateError('invalid_request', 'the multipart body is empty: send the file in the part "file"');
  // The first boundary may have no line break before it, so we lend it one.
  const reader = createByteReader(body, CRLF);
  try {
    await reader.collectUntil(delimiter, limits.paddingBytes);
    for (let count = 0; await hasNextPart(reader, limits); count += 1) {
      if (count === limits.parts)
        throw new LevigateError('invalid_request', `more than ${limits.parts} multipart parts: send fewer fields`);
      yield* readPart(reader, delimiter, limits);
    }
    await reader.drain(limits.paddingBytes);
  } finally {
    reader.release();
  }
}

/** RFC 2046: at most 70 characters. */
function parseBoundary(contentType: string | undefined): string {
  const [, quoted, token] =
    /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70})(?=$|[\s;]))/i.exec(contentType ?? '') ??
    [];
  const boundary = quoted ?? token;
  if (boundary !== undefined) return boundary;
  throw new LevigateError(
    'unsupported_media_type',
    `send the file as multipart/form-data with a boundary, not as ${contentType ?? 'a body without content-type'}`,
  );
}

/** After a boundary, `--` closes the body; else padding and a line break lead to the next part. */
async function hasNextPart(reader: ByteReader, { paddingBytes }: MultipartLimits): Promise<boolean> {
  const next = decodeText(await reader.take(2), 'a boundary line');
  if (next === '--') return false;
  if (next === '\r\n') return true;
  const padding = next + decodeText(await reader.collectUntil(CRLF, paddingBytes), 'a boundary line');
  if (padding.trim() === '') return true;
  throw new LevigateError('invalid_request', 'a multipart boundary is followed by something else than a line break');
}

async function* readPart(
  reader: ByteReader,
  delimiter: Uint8Array,
  { headerBytes, fieldBytes }: MultipartLimits,
): AsyncGenerator<UploadPart> {
  const { name, filename } = parsePartHeaders(await reader.collectUntil(EMPTY_LINE, headerBytes));
  if (filename === null) {
    yield {
      kind: 'field',
      name,
      value: decodeText(await reader.collectUntil(delimiter, fieldBytes), `the field "${name}"`),
    };
    return;
  }
  const chunks = reader.until(delimiter);
  yield { kind: 'file', name, filename, body: toStream(chunks) };
  while (!(await chunks.next()).done);
}

/** Cancelling it leaves the generator as it is: the rest of the part is skipped by `readPart`. */
function toStream(chunks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
}
