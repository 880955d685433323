import { snappyUncompress } from 'hyparquet/src/snappy.js';
import { ParquetError } from './parquet-error.ts';

/** Parquet's numbers of the codecs. */
const UNCOMPRESSED = 0;
const SNAPPY = 1;

type Zlib = (input: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

/** Codecs of the platform's zlib (Node, and workerd with nodejs_compat): native, and bounded in what they write. */
const ZLIB_CODECS: Readonly<Record<number, readonly [name: string, method: string]>> = {
  2: ['GZIP', 'gunzipSync'],
  4: ['BROTLI', 'brotliDecompressSync'],
  6: ['ZSTD', 'zstdDecompressSync'],
};

/** @param sizeBytes what the page's header says; the page must have exactly that. Throws ParquetError. */
export function decompressPage(bytes: Uint8Array, codec: number, sizeBytes: number): Uint8Array {
  const page = sizeBytes === 0 ? new Uint8Array(0) : decompress(bytes, codec, sizeBytes);
  if (page.length !== sizeBytes)
    throw new ParquetError(`a page has ${page.length} bytes where its header says ${sizeBytes}`);
  return page;
}

function decompress(bytes: Uint8Array, codec: number, sizeBytes: number): Uint8Array {
  if (codec === UNCOMPRESSED) return bytes;
  try {
    if (codec === SNAPPY) {
      const page = new Uint8Array(sizeBytes);
      snappyUncompress(bytes, page);
      return page;
    }
    return zlibOf(codec)(bytes, { maxOutputLength: sizeBytes });
  } catch (cause) {
    if (cause instanceof ParquetError) throw cause;
    throw new ParquetError('a page cannot be decompressed', { cause });
  }
}

function zlibOf(codec: number): Zlib {
  const [name, method] = ZLIB_CODECS[codec] ?? [];
  const zlib = method === undefined ? undefined : platformZlib()?.[method];
  if (typeof zlib === 'function') return zlib as Zlib;
  throw new ParquetError(
    `it is compressed with ${name ?? 'a codec'}, which cannot be read here: write it with Snappy (pandas: compression="snappy")`,
  );
}

interface PlatformProcess {
  readonly getBuiltinModule?: (name: string) => Readonly<Record<string, unknown>> | undefined;
}

// Asked for at run time: this folder also runs where there is no zlib.
const platformZlib = (): Readonly<Record<string, unknown>> | undefined =>
  (globalThis as { readonly process?: PlatformProcess }).process?.getBuiltinModule?.('node:zlib');
