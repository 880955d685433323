/** A multipart body as the openai client writes it: the file comes before its purpose, chunked, without a length. */
export interface UploadOptions {
  readonly file?: string | Uint8Array<ArrayBuffer> | undefined;
  readonly filename?: string;
  /** Beside the file, in this order; null leaves `purpose` out. */
  readonly fields?: Readonly<Record<string, string>>;
}

export function uploadForm({
  file = '{"text":"a","label":"b"}\n',
  filename = 'train.jsonl',
  fields,
}: UploadOptions = {}): FormData {
  const form = new FormData();
  form.append('file', new Blob([file]), filename);
  for (const [name, value] of Object.entries(fields ?? { purpose: 'fine-tune' })) form.append(name, value);
  return form;
}

export interface RawPart {
  readonly headers: string;
  readonly content: Uint8Array | string;
}

const encoder = new TextEncoder();

export const filePart = (content: Uint8Array | string, filename = 'train.jsonl', name = 'file'): RawPart => ({
  headers: `Content-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: application/octet-stream`,
  content,
});

export const fieldPart = (name: string, content: string): RawPart => ({
  headers: `Content-Disposition: form-data; name="${name}"`,
  content,
});

/** Written byte by byte, so that a test can cut it anywhere. */
export function encodeMultipart(parts: readonly RawPart[], boundary: string): Uint8Array<ArrayBuffer> {
  const pieces = parts.flatMap(({ headers, content }) => [`--${boundary}\r\n${headers}\r\n\r\n`, content, '\r\n']);
  return concatenateBytes([...pieces, `--${boundary}--\r\n`]);
}

export function concatenateBytes(pieces: readonly (Uint8Array | string)[]): Uint8Array<ArrayBuffer> {
  const bytes = pieces.map((piece) => (typeof piece === 'string' ? encoder.encode(piece) : piece));
  const all = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const piece of bytes) {
    all.set(piece, offset);
    offset += piece.length;
  }
  return all;
}

/** The bytes in chunks of the given sizes, over and over. */
export function streamInChunks(bytes: Uint8Array, sizes: readonly number[]): ReadableStream<Uint8Array> {
  let offset = 0;
  let count = 0;
  return new ReadableStream({
    pull(controller) {
      if (offset >= bytes.length) return controller.close();
      const size = Math.max(1, sizes[count % sizes.length] ?? bytes.length);
      count += 1;
      controller.enqueue(bytes.slice(offset, offset + size));
      offset += size;
    },
  });
}
