import type { BlobStore } from '../ports.ts';

/** A line and where the next one begins. */
export interface BatchLineText {
  /** From 1, blank ones counted. */
  readonly line: number;
  /** null: longer than `MAX_LINE_BYTES`, or not UTF-8. */
  readonly text: string | null;
  readonly end: number;
}

export interface ReadLines {
  readonly key: string;
  readonly sizeBytes: number;
  readonly offset: number;
  /** Lines before the offset. */
  readonly line: number;
}

const CHUNK_BYTES = 512 * 1024;
/** As much as one request may have. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const LINE_FEED = 0x0a;

/** The lines from an offset on, read some at a time. Rejects when the file is gone. */
export async function* readBatchLines(
  blobs: Pick<BlobStore, 'read'>,
  { key, sizeBytes, offset, line }: ReadLines,
): AsyncGenerator<BatchLineText> {
  let at = offset;
  let number = line;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const take = (): string | null => {
    const text = heldBytes > MAX_LINE_BYTES ? null : decode(held);
    held = [];
    heldBytes = 0;
    return text;
  };
  const hold = (bytes: Uint8Array): void => {
    heldBytes += bytes.length;
    if (heldBytes <= MAX_LINE_BYTES) held.push(bytes);
  };
  while (at < sizeBytes) {
    const chunk = await blobs.read(key, { offset: at, length: Math.min(CHUNK_BYTES, sizeBytes - at) });
    if (!chunk) throw new Error(`internal: the blob ${key} is gone while a batch reads it`);
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      hold(chunk.subarray(start, end));
      start = end + 1;
      number += 1;
      yield { line: number, text: take(), end: at + start };
    }
    hold(chunk.subarray(start));
    at += chunk.length;
  }
  if (heldBytes > 0) yield { line: number + 1, text: take(), end: sizeBytes };
}

function decode(parts: readonly Uint8Array[]): string | null {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
    return parts.map((part) => decoder.decode(part, { stream: true })).join('') + decoder.decode();
  } catch {
    return null;
  }
}
