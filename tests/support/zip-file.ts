import { crc32, deflateRawSync } from 'node:zlib';

interface ZipOptions {
  /** Makes the directory lie about a size. */
  readonly claimedSizes?: Readonly<Record<string, number>>;
  readonly isDeflated?: boolean;
  /** Unix file modes; symbolic links are 0o120777. */
  readonly modes?: Readonly<Record<string, number>>;
  /** Bit 0 says that all entries are encrypted. */
  readonly flags?: number;
  readonly comment?: string;
}

/** A zip file, for tests of what reads one. */
export function createZip(
  entries: Readonly<Record<string, Uint8Array>>,
  { claimedSizes = {}, isDeflated = false, modes = {}, flags = 0, comment = '' }: ZipOptions = {},
): Uint8Array<ArrayBuffer> {
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, data] of Object.entries(entries)) {
    const nameBytes = Buffer.from(name);
    const packed = isDeflated ? deflateRawSync(data) : Buffer.from(data);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(isDeflated ? 8 : 0, 4);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claimedSizes[name] ?? data.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    local.push(Buffer.from('PK\u0003\u0004', 'latin1'), common, nameBytes, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((modes[name] ?? 0o100644) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    // Made by version 2.0, on Unix.
    directory.push(Buffer.from('PK\u0001\u0002\u0014\u0003', 'latin1'), common, tail, nameBytes);
    offset += 30 + nameBytes.length + packed.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 0, 'latin1');
  const count = Object.keys(entries).length;
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return new Uint8Array(Buffer.concat([...local, listing, end, Buffer.from(comment, 'latin1')]));
}
