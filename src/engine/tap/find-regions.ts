import type { LivePath } from './live-path.ts';
import type { IndexedNode } from './graph-index.ts';

/** What lies between two neighbouring cuts. */
export interface Region {
  readonly kind: 'attention' | 'matmul' | 'other';
  /** The single value that enters; null before the first cut. */
  readonly enters: string | null;
  readonly leaves: string;
}

const fusedAttention = new Set([
  'Attention',
  'MultiHeadAttention',
  'GroupQueryAttention',
  'QAttention',
  'PackedAttention',
  'PackedMultiHeadAttention',
  'RelativePositionBias',
  'DecoderMaskedMultiHeadAttention',
]);
const products = new Set([
  'MatMul',
  'Gemm',
  'Einsum',
  'FusedMatMul',
  'FusedGemm',
  'MatMulNBits',
  'MatMulBnb4',
  'MatMulInteger',
  'MatMulIntegerToFloat',
  'DynamicQuantizeMatMul',
  'QLinearMatMul',
  'QGemm',
  'GemmFastGelu',
  'TransposeMatMul',
]);

/**
 * Cuts the data path wherever exactly one value is made and still needed. On such a path every node comes before or
 * after the value, so the cuts do not depend on the topological order chosen.
 */
export function findRegions(path: LivePath, output: string): readonly Region[] {
  const remaining = countReaders(path, output);
  const open = new Set<string>();
  const regions: Region[] = [];
  let inside: IndexedNode[] = [];
  let enters: string | null = null;
  for (const node of path.nodes) {
    inside.push(node);
    for (const name of new Set(node.reads)) consume(name);
    for (const name of node.makes) if ((remaining.get(name) ?? 0) > 0) open.add(name);
    const [leaves] = open;
    if (open.size !== 1 || leaves === undefined || leaves === enters) continue;
    regions.push({ kind: kindOf(inside), enters, leaves });
    enters = leaves;
    inside = [];
  }
  return regions;

  function consume(name: string): void {
    const left = (remaining.get(name) ?? 0) - 1;
    remaining.set(name, left);
    if (left === 0) open.delete(name);
  }
}

/** One letter per region: `....A.M.A.M.` is a post-norm encoder of two layers. */
export function formatRegions(regions: readonly Region[]): string {
  const letters = { attention: 'A', matmul: 'M', other: '.' } as const;
  return regions.map(({ kind }) => letters[kind]).join('');
}

function countReaders(path: LivePath, output: string): Map<string, number> {
  const readers = new Map<string, number>([[output, 1]]);
  for (const node of path.nodes) {
    for (const name of new Set(node.reads)) {
      if (path.values.has(name)) readers.set(name, (readers.get(name) ?? 0) + 1);
    }
  }
  return readers;
}

function kindOf(nodes: readonly IndexedNode[]): Region['kind'] {
  const operators = nodes.map(({ opType }) => opType);
  const productCount = operators.filter((operator) => products.has(operator)).length;
  // A Softmax alone may be a classifier's: attention multiplies before it (scores) and after it (values).
  const isAttention = operators.some((operator) => fusedAttention.has(operator));
  if (isAttention || (operators.includes('Softmax') && productCount >= 2)) return 'attention';
  return productCount > 0 ? 'matmul' : 'other';
}
