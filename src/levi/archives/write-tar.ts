import { createTarPacker } from 'modern-tar';

export interface TarMember {
  readonly path: string;
  readonly sizeBytes: number;
  readonly open: () => Promise<ReadableStream<Uint8Array>>;
}

/** A tar of members that are read one after the other, as the archive is. */
export function writeTar(members: readonly TarMember[]): ReadableStream<Uint8Array> {
  const { readable, controller } = createTarPacker();
  const write = async (): Promise<void> => {
    for (const { path, sizeBytes, open } of members) {
      const body = controller.add({ name: path, size: sizeBytes, type: 'file' });
      await (await open()).pipeTo(body);
    }
    controller.finalize();
  };
  write().catch((error: unknown) => controller.error(error));
  return readable;
}

export const textMember = (path: string, text: string): TarMember => {
  const bytes = new TextEncoder().encode(text);
  return { path, sizeBytes: bytes.length, open: () => Promise.resolve(new Blob([bytes]).stream()) };
};
