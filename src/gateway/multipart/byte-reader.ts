import { LevigateError } from '../../contract/index.ts';

/** Cuts a byte stream at delimiters while holding little more than one chunk of it. */
export interface ByteReader {
  /** What comes before `delimiter`, as it arrives; the delimiter itself is consumed. */
  until(delimiter: Uint8Array): AsyncGenerator<Uint8Array>;
  /** As `until`, in one piece of at most `maxBytes`. */
  collectUntil(delimiter: Uint8Array, maxBytes: number): Promise<Uint8Array>;
  /** Exactly `count` bytes. */
  take(count: number): Promise<Uint8Array>;
  /** Reads what is left, at most `maxBytes` of it. */
  drain(maxBytes: number): Promise<void>;
  /** Lets the source go. It is not cancelled: on Node that would close the socket before the answer is out. */
  release(): void;
}

/** @param start bytes to read before the stream's own */
export function createByteReader(stream: ReadableStream<Uint8Array>, start: Uint8Array): ByteReader {
  const source = stream.getReader();
  let held = start;

  async function* until(delimiter: Uint8Array): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = indexOfBytes(held, delimiter);
      if (at >= 0) {
        const before = held.subarray(0, at);
        held = held.subarray(at + delimiter.length);
        if (before.length > 0) yield before;
        return;
      }
      const safe = lengthWithoutPartial(held, delimiter);
      const before = held.subarray(0, safe);
      held = held.subarray(safe);
      if (before.length > 0) yield before;
      held = concatenate(held, await nextChunk());
    }
  }

  async function nextChunk(): Promise<Uint8Array> {
    const { done, value } = await source.read();
    if (done)
      throw new LevigateError('invalid_request', 'the multipart body ends before its closing boundary: send it again');
    return value;
  }

  async function collectUntil(delimiter: Uint8Array, maxBytes: number): Promise<Uint8Array> {
    let all: Uint8Array = new Uint8Array(0);
    for await (const chunk of until(delimiter)) {
      if (all.length + chunk.length > maxBytes) {
        throw new LevigateError(
          'invalid_request',
          `a multipart field or header is larger than ${maxBytes} bytes: send what is long as the file`,
        );
      }
      all = concatenate(all, chunk);
    }
    return all;
  }

  async function take(count: number): Promise<Uint8Array> {
    while (held.length < count) held = concatenate(held, await nextChunk());
    const taken = held.subarray(0, count);
    held = held.subarray(count);
    return taken;
  }

  async function drain(maxBytes: number): Promise<void> {
    for (let count = held.length; count <= maxBytes;) {
      const { done, value } = await source.read();
      if (done) return;
      count += value.length;
    }
  }

  return { until, collectUntil, take, drain, release: () => source.releaseLock() };
}

/** A boundary's first byte (CR) occurs only once in it, so this is linear whatever the content. */
function indexOfBytes(bytes: Uint8Array, wanted: Uint8Array): number {
  const first = wanted[0];
  if (first === undefined) return 0;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (at + wanted.length > bytes.length) return -1;
    if (startsWith(bytes, at, wanted)) return at;
  }
  return -1;
}

/** How much of `bytes` cannot be the beginning of a delimiter that the next chunk completes. */
function lengthWithoutPartial(bytes: Uint8Array, delimiter: Uint8Array): number {
  const earliest = Math.max(0, bytes.length - delimiter.length + 1);
  const first = delimiter[0] ?? 0;
  for (let at = bytes.indexOf(first, earliest); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (startsWith(bytes, at, delimiter.subarray(0, bytes.length - at))) return at;
  }
  return bytes.length;
}

function startsWith(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let index = 0; index < wanted.length; index += 1) {
    if (bytes[at + index] !== wanted[index]) return false;
  }
  return true;
}

function concatenate(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length === 0) return right;
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}
