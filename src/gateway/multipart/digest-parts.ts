import type { Hash } from 'node:crypto';
import type { UploadPart } from '../../services/files/create.ts';

/** The same parts, each byte going through `digest` as it is read; boundaries, which differ with every try, do not. */
export async function* digestParts(
  parts: AsyncIterable<UploadPart>,
  digest: Hash | undefined,
): AsyncGenerator<UploadPart> {
  for await (const part of parts) {
    digest?.update(`${part.kind}\0${part.name}\0${part.kind === 'field' ? part.value : part.filename}\0`);
    yield digest && part.kind === 'file' ? { ...part, body: digestBody(part.body, digest) } : part;
  }
}

/** The same body, each byte going through `digest` as it is read. */
export const digestBody = (body: ReadableStream<Uint8Array>, digest: Hash): ReadableStream<Uint8Array> =>
  body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        digest.update(chunk);
        controller.enqueue(chunk);
      },
    }),
  );
