/** A file's bytes: as a stream from the start, or any part of it. */
export interface FileSource {
  readonly sizeBytes: number;
  /** Every call begins anew. */
  open(): Promise<ReadableStream<Uint8Array>>;
  /** Exactly `length` bytes from `offset` on, which must lie within the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
}
