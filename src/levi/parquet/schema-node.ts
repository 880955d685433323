import type { ParquetType } from 'hyparquet';

/** How a leaf's values are to be understood, beside their physical type. */
export type Annotation =
  | { readonly kind: 'string' | 'date' | 'unsigned' | 'uuid' | 'float16' }
  | { readonly kind: 'decimal'; readonly scale: number }
  | { readonly kind: 'timestamp'; readonly unit: 'MILLIS' | 'MICROS' | 'NANOS'; readonly isUtc: boolean };

export interface SchemaNode {
  readonly name: string;
  /** From the top column down. */
  readonly path: readonly string[];
  readonly repetition: 'REQUIRED' | 'OPTIONAL' | 'REPEATED';
  readonly children: readonly SchemaNode[];
  /** Null for a group. */
  readonly type: ParquetType | null;
  readonly typeLength: number;
  readonly annotation: Annotation | null;
  /** How many nodes of the path, this one included, may be absent. */
  readonly definitionLevel: number;
  /** How many nodes of the path, this one included, are repeated. */
  readonly repetitionLevel: number;
  /** The definition level from which on an element of the list it stands in is there; 0 outside of lists. */
  readonly listLevel: number;
}

export interface LeafNode extends SchemaNode {
  readonly type: ParquetType;
}

export const isLeaf = (node: SchemaNode): node is LeafNode => node.type !== null;

export const leavesOf = (node: SchemaNode): readonly LeafNode[] =>
  isLeaf(node) ? [node] : node.children.flatMap(leavesOf);
