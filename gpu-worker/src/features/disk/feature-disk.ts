import { randomBytes } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { getLogger } from '@logtape/logtape';
import type { FeatureKey } from '../feature-key.ts';
import { DATA_SUFFIX, INDEX_SUFFIX, Segment } from './segment.ts';
import type { Appended, PlacedEntry } from './segment.ts';

const log = getLogger(['levigate', 'worker', 'features']);

/** Features on disk: what memory has no room for, and what an earlier process computed. A cache: whatever goes wrong is a miss. */
export interface FeatureDisk extends AsyncDisposable {
  read(key: FeatureKey): Promise<Uint16Array | undefined>;
  /** Later, in the background; dropped where the disk is too slow to keep up. */
  write(key: FeatureKey, halfs: Uint16Array): void;
  /** Erases a project's entries; resolves with their ids. */
  purge(project: string): Promise<string[]>;
  readonly sizeBytes: number;
}

export interface FeatureDiskOptions {
  readonly folder: string;
  readonly maxBytes: number;
  /** Of one pair of files; the oldest pair goes when all of them are larger than `maxBytes`. */
  readonly segmentBytes?: number;
}

interface Place {
  readonly segment: Segment;
  readonly entry: PlacedEntry;
}

const SEGMENT_BYTES = 64 * 1024 * 1024;
const SEGMENTS_AT_LEAST = 8;
// Each keeps two files open, and every process that writes begins one.
const MAX_SEGMENTS = 256;
const MAX_PENDING_BYTES = 32 * 1024 * 1024;

/** Opens the segments that are there; the first write begins one of its own. Several processes may share a folder: each writes its own files. */
export async function openFeatureDisk({
  folder,
  maxBytes,
  segmentBytes = Math.min(SEGMENT_BYTES, Math.ceil(maxBytes / SEGMENTS_AT_LEAST)),
}: FeatureDiskOptions): Promise<FeatureDisk> {
  const places = new Map<string, Place>();
  const segments: Segment[] = [];
  let pending: Appended[] = [];
  let pendingBytes = 0;
  let writing: Promise<void> | null = null;
  let isClosed = false;

  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const path of await listSegments(folder)) {
    try {
      const { segment, entries } = await Segment.reopen(path);
      segments.push(segment);
      for (const entry of entries) places.set(entry.id, { segment, entry });
    } catch (error) {
      log.warn('a segment of the feature cache is left out', { path, error });
    }
  }
  let current: Segment | null = null;

  async function begin(): Promise<Segment> {
    // Sorted by name is sorted by age.
    const name = `${String(Date.now()).padStart(15, '0')}-${String(segments.length).padStart(6, '0')}-${randomBytes(4).toString('hex')}`;
    const segment = await Segment.create(join(folder, name));
    segments.push(segment);
    return segment;
  }

  const sizeBytes = (): number => segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);

  async function shrink(): Promise<void> {
    while (segments.length > 1 && (sizeBytes() > maxBytes || segments.length > MAX_SEGMENTS)) {
      const oldest = segments.shift();
      if (!oldest) return;
      for (const [id, { segment }] of places) if (segment === oldest) places.delete(id);
      await oldest.delete();
    }
  }

  /** The oldest rows that wait, as many as the segment has room for, at least one. */
  function takePending(roomBytes: number): Appended[] {
    let bytes = 0;
    const fits = pending.findIndex(({ halfs }) => (bytes += halfs.byteLength) > roomBytes);
    const rows = pending.splice(0, fits === -1 ? pending.length : Math.max(1, fits));
    pendingBytes -= rows.reduce((sum, { halfs }) => sum + halfs.byteLength, 0);
    return rows;
  }

  async function flush(): Promise<void> {
    while (pending.length > 0) {
      const segment = (current ??= await begin());
      const rows = takePending(segmentBytes - segment.sizeBytes);
      for (const entry of await segment.append(rows)) places.set(entry.id, { segment, entry });
      if (segment.sizeBytes >= segmentBytes) current = null;
      await shrink();
    }
  }

  function wakeWriter(): void {
    writing ??= flush()
      .catch((error: unknown) => {
        log.warn('the feature cache could not be written', { folder, error });
        pending = [];
        pendingBytes = 0;
      })
      .finally(() => {
        writing = null;
        if (pending.length > 0) wakeWriter();
      });
  }

  return {
    read: async ({ id, project }) => {
      const place = places.get(id);
      if (place?.entry.project !== project) return undefined;
      const halfs = await place.segment.read(place.entry).catch(() => null);
      // Purged or dropped meanwhile: then what was read may be half erased, and is not wanted anyway.
      if (halfs && places.get(id) === place) return halfs;
      if (places.get(id) === place) places.delete(id);
      return undefined;
    },
    write: ({ id, project }, halfs) => {
      if (isClosed || places.has(id) || pendingBytes + halfs.byteLength > MAX_PENDING_BYTES) return;
      pending.push({ id, project, halfs });
      pendingBytes += halfs.byteLength;
      wakeWriter();
    },
    purge: async (project) => {
      const isOther = (row: Appended): boolean => row.project !== project;
      const unwritten = pending.filter((row) => !isOther(row)).map(({ id }) => id);
      pending = pending.filter(isOther);
      pendingBytes = pending.reduce((sum, { halfs }) => sum + halfs.byteLength, 0);
      await writing;
      const doomed = Map.groupBy(
        [...places.values()].filter(({ entry }) => entry.project === project),
        ({ segment }) => segment,
      );
      for (const [segment, found] of doomed) {
        for (const { entry } of found) places.delete(entry.id);
        await segment.erase(found.map(({ entry }) => entry));
      }
      return [...unwritten, ...[...doomed.values()].flat().map(({ entry }) => entry.id)];
    },
    get sizeBytes() {
      return sizeBytes();
    },
    [Symbol.asyncDispose]: async () => {
      isClosed = true;
      await writing;
      await Promise.all(segments.map((segment) => segment.close()));
    },
  };
}

async function listSegments(folder: string): Promise<string[]> {
  const names = new Set(await readdir(folder));
  return [...names]
    .filter((name) => name.endsWith(INDEX_SUFFIX) && names.has(name.slice(0, -INDEX_SUFFIX.length) + DATA_SUFFIX))
    .map((name) => join(folder, name.slice(0, -INDEX_SUFFIX.length)))
    .sort();
}
