/** A regular file in an archive. */
export interface ArchiveEntry {
  /** Relative, with `/`, without `..`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Its content; to be called before the next entry is asked for, or not at all. */
  readonly read: () => Promise<Uint8Array>;
}

export interface Archive {
  /**
   * The files in the order of the archive; every call begins anew. Throws ArchiveError for an archive that is damaged, encrypted, leads out
   * of itself, holds links, or unpacks to more than `LIMITS.unpackedBytes`.
   */
  entries(): AsyncGenerator<ArchiveEntry, void, undefined>;
}
