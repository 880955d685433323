import { crc32 } from 'node:zlib';

/** A zip file with its entries stored, for tests of what reads one. `claimedSizes` makes the directory lie. */
export function createZip(
  entries: Readonly<Record<string, Uint8Array>>,
  claimedSizes: Readonly<Record<string, number>> = {},
): Uint8Array {
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, data] of Object.entries(entries)) {
    const nameBytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(claimedSizes[name] ?? data.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    local.push(Buffer.from('PK\u0003\u0004', 'latin1'), common, nameBytes, Buffer.from(data));
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'), common, tail, nameBytes);
    offset += 30 + nameBytes.length + data.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 0, 'latin1');
  const count = Object.keys(entries).length;
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, listing, end]);
}
