import type { CellValue } from './convert-values.ts';
import type { DecodedPage } from './decode-page.ts';
import { ParquetError } from './parquet-error.ts';
import type { LeafNode } from './schema-node.ts';

type ListValue = readonly (CellValue | null)[];
/** A leaf's value in one row: of a list all of them, which can be null themselves. */
export type LeafValue = CellValue | null | ListValue;

/** A value a row. */
export function assembleFlat({ definition, values }: DecodedPage, { definitionLevel }: LeafNode): readonly LeafValue[] {
  if (definition === null) return values;
  let next = 0;
  return Array.from(definition, (level) => {
    if (level !== definitionLevel) return null;
    next += 1;
    return values[next - 1] ?? null;
  });
}

const MAX_LIST_VALUES = 100_000;

export interface ListAssembler {
  /** @returns the rows that are whole: the page's last list may go on in the next one */
  readonly add: (page: DecodedPage) => readonly LeafValue[];
  readonly finish: () => readonly LeafValue[];
}

/** A list a row, one level deep, from Dremel's levels: repetition 0 begins a row, definition says how much of it is there. */
export function createListAssembler({ definitionLevel, listLevel }: LeafNode): ListAssembler {
  let open: (CellValue | null)[] | null | undefined;
  const add = ({ repetition, definition, values }: DecodedPage): readonly LeafValue[] => {
    const whole: LeafValue[] = [];
    let next = 0;
    for (const [index, level] of (repetition ?? []).entries()) {
      const defined = definition?.[index] ?? definitionLevel;
      if (level === 0) {
        if (open !== undefined) whole.push(open);
        // An empty list is defined to just below its elements.
        open = defined < listLevel - 1 ? null : [];
      }
      if (defined < listLevel) continue;
      if (!open) throw new ParquetError('a list begins in the middle');
      if (open.length >= MAX_LIST_VALUES) throw new ParquetError('it has a list of more than 100,000 values');
      open.push(defined === definitionLevel ? (values[next] ?? null) : null);
      if (defined === definitionLevel) next += 1;
    }
    return whole;
  };
  return { add, finish: () => (open === undefined ? [] : [open]) };
}
