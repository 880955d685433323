import { buildExternalTensor } from './build.ts';
import { tensorByteLength, tensorBytes } from './tensor-bytes.ts';
import type { ReadExternalData } from './tensor-bytes.ts';
import type { OnnxTensor } from './types.ts';

/** Bytes of one tensor and their place in the weights file. */
export interface WeightChunk {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface ExternalWeights {
  readonly initializers: readonly OnnxTensor[];
  readonly chunks: readonly WeightChunk[];
  readonly sizeBytes: number;
}

// Shape inference reads small constants (axes, shapes), and cannot read them from another file.
const smallestExternalBytes = 1024;
// Vector loads of every machine in use want at most this.
const alignmentBytes = 64;

/**
 * Moves large initializers into one file, aligned, so that sessions map it instead of copying it: they start about
 * twice as fast and share its pages.
 */
export function externalizeWeights(
  initializers: readonly OnnxTensor[],
  { location, readExternal }: { readonly location: string; readonly readExternal?: ReadExternalData | undefined },
): ExternalWeights {
  const chunks: WeightChunk[] = [];
  let sizeBytes = 0;
  const moved = initializers.map((tensor) => {
    const length = tensorByteLength(tensor);
    if (length === null) return tensor;
    if (length < smallestExternalBytes && tensor.dataLocation === 0) return tensor;
    const bytes = tensorBytes(tensor, readExternal);
    const offset = Math.ceil(sizeBytes / alignmentBytes) * alignmentBytes;
    sizeBytes = offset + bytes.length;
    chunks.push({ offset, bytes });
    return buildExternalTensor(tensor.name, tensor.dataType, tensor.dims, { location, offset, length: bytes.length });
  });
  return { initializers: moved, chunks, sizeBytes };
}
