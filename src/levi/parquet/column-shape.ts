import type { LeafValue } from './assemble-values.ts';
import type { CellValue } from './convert-values.ts';
import { isLeaf } from './schema-node.ts';
import type { LeafNode, SchemaNode } from './schema-node.ts';

/** A cell as JSONL would have it: a value, a list, an object, or a list of objects. */
export type Cell = LeafValue | { readonly [name: string]: Cell } | readonly Cell[];
export type LeafReader = (leaf: LeafNode) => LeafValue;

/**
 * How a column's cells are made of its leaves' values: single values, structs of them, and lists of either.
 * @returns null for what has no such shape: lists within lists or structs, maps
 */
export function shapeOf(column: SchemaNode): ((read: LeafReader) => Cell) | null {
  if (column.repetition !== 'REPEATED' && !holdsList(column)) return (read) => buildStruct(column, read);
  const element = elementOf(column);
  if (element === null || element.children.some((child) => child.repetition === 'REPEATED' || holdsList(child)))
    return null;
  return isLeaf(element) ? (read) => read(element) : (read) => buildList(element, read);
}

const holdsList = (node: SchemaNode): boolean =>
  node.children.some((child) => child.repetition === 'REPEATED' || holdsList(child));

/** Of `list (LIST) > list (repeated) > element`, of the two-level form of older writers, and of a repeated column. */
function elementOf(column: SchemaNode): SchemaNode | null {
  const [repeated, other] = column.repetition === 'REPEATED' ? [column] : column.children;
  if (repeated?.repetition !== 'REPEATED' || other !== undefined) return null;
  const [only, second] = repeated.children;
  return only !== undefined && second === undefined ? only : repeated;
}

function buildStruct(node: SchemaNode, read: LeafReader): Cell {
  if (isLeaf(node)) return read(node);
  return Object.fromEntries(node.children.map((child) => [child.name, buildStruct(child, read)]));
}

/** Of leaves that each hold a list, a list of structs. */
function buildList(element: SchemaNode, read: LeafReader): Cell {
  const lists = new Map(leafLists(element, read));
  const [first] = lists.values();
  if (!isList(first)) return null;
  const at = (leaf: LeafNode, index: number): CellValue | null => {
    const list = lists.get(leaf);
    return isList(list) ? (list[index] ?? null) : null;
  };
  return Array.from(first, (_, index) => buildStruct(element, (leaf) => at(leaf, index)));
}

const leafLists = (node: SchemaNode, read: LeafReader): (readonly [LeafNode, LeafValue])[] =>
  isLeaf(node) ? [[node, read(node)]] : node.children.flatMap((child) => leafLists(child, read));

const isList = (value: LeafValue | undefined): value is readonly (CellValue | null)[] => Array.isArray(value);
