import type { GraphBlock } from '../../sdk/index.ts';
import { linesOf } from './block-lines.ts';

export interface Box {
  readonly column: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** By the block's id. */
  readonly boxes: ReadonlyMap<string, Box>;
  /** Below all boxes: where lines run that pass a column by. */
  readonly laneY: number;
}

const MARGIN = 24;
const TOP = 80;
const GAP_X = 48;
const GAP_Y = 18;
const LINE = 15;
const PADDING = 18;
const LEAST_WIDTH = 120;
const LANE = 22;
// Of the font's letters, on average; the title's are bold.
const LETTER = 6.3;
const BOLD_LETTER = 7.4;

/**
 * Columns from left to right, a block right before the first that reads it. The backbone stands in the first one, top down, and its pooling
 * is as tall as its layers, so that each of them leads straight into it. What reads the raw record stands below all this, in the record's row.
 */
export function layOut(blocks: readonly GraphBlock[]): Layout {
  const columns = chooseColumns(blocks);
  const besideRecord = blocks.filter((block) => isBesideRecord(block, blocks)).map(({ id }) => id);
  const low = new Set(besideRecord);
  const last = Math.max(0, ...columns.values());
  const stacks = Array.from({ length: last + 1 }, (_, column) => blocks.filter(({ id }) => columns.get(id) === column));
  const split = stacks.map((stack) => ({
    upper: stack.filter(({ id }) => !low.has(id)),
    lower: stack.filter(({ id }) => low.has(id)),
  }));
  const tallest = Math.max(...split.map(({ upper }) => heightOf(upper)));
  const lowest = Math.max(...split.map(({ lower }) => heightOf(lower)));
  const recordY = TOP + tallest + 2 * GAP_Y;
  const middle = TOP + heightOfInputs(blocks) / 2 + tallest / 2;
  const boxes = new Map<string, Box>();
  let x = MARGIN;
  for (const [column, stack] of stacks.entries()) {
    const width = widthOf(stack);
    const { upper, lower } = split[column] ?? { upper: [], lower: [] };
    const top = column === 0 ? TOP : Math.max(TOP, middle - heightOf(upper) / 2);
    place(upper, top);
    place(lower, recordY);
    x += width + GAP_X;
    function place(placed: readonly GraphBlock[], from: number): void {
      let y = from;
      for (const block of placed) {
        boxes.set(block.id, { column, x, y, width, height: heightOfBlock(block) });
        y += heightOfBlock(block) + GAP_Y;
      }
    }
  }
  for (const block of blocks) stretch(block, boxes);
  const bottom = lowest > 0 ? recordY + lowest : TOP + tallest;
  return { width: x - GAP_X + MARGIN, height: bottom + LANE + MARGIN, boxes, laneY: bottom + LANE };
}

const isInput = ({ kind }: GraphBlock): boolean => kind === 'input';

/** The raw record, which no layer reads, and what reads nothing else. */
function isBesideRecord(block: GraphBlock, blocks: readonly GraphBlock[]): boolean {
  if (isInput(block)) return !blocks.some(({ kind, reads }) => kind === 'layer' && reads.includes(block.id));
  const read = blocks.filter(({ id }) => block.reads.includes(id));
  return block.kind === 'part' && read.every(isInput);
}

const IN_FIRST_COLUMN: ReadonlySet<string> = new Set(['input', 'layer']);

function chooseColumns(blocks: readonly GraphBlock[]): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  for (const { id, kind, reads } of blocks) {
    const before = Math.max(0, ...reads.map((read) => columns.get(read) ?? 0));
    columns.set(id, IN_FIRST_COLUMN.has(kind) ? 0 : before + 1);
  }
  // What reads inputs alone moves to the right, as far as its first reader lets it.
  for (const { id } of blocks.filter((block) => isBesideRecord(block, blocks) && !isInput(block))) {
    const readers = blocks.filter(({ reads }) => reads.includes(id)).map((reader) => columns.get(reader.id) ?? 1);
    columns.set(id, Math.max(1, Math.min(...readers) - 1));
  }
  return columns;
}

function stretch({ id, kind, reads }: GraphBlock, boxes: Map<string, Box>): void {
  const [first, last] = [boxes.get(reads[0] ?? ''), boxes.get(reads.at(-1) ?? '')];
  const box = boxes.get(id);
  if (kind !== 'pooling' || box === undefined || first === undefined || last === undefined) return;
  boxes.set(id, { ...box, y: first.y, height: last.y + last.height - first.y });
}

const heightOf = (stack: readonly GraphBlock[]): number =>
  stack.reduce((sum, block) => sum + heightOfBlock(block) + GAP_Y, 0) - (stack.length === 0 ? 0 : GAP_Y);

/** Above the first layer. */
const heightOfInputs = (blocks: readonly GraphBlock[]): number =>
  blocks
    .slice(
      0,
      blocks.findIndex(({ kind }) => kind === 'layer'),
    )
    .reduce((sum, block) => sum + heightOfBlock(block) + GAP_Y, 0);

const heightOfBlock = (block: GraphBlock): number => PADDING + LINE * linesOf(block).length;

function widthOf(stack: readonly GraphBlock[]): number {
  const lines = stack.flatMap((block) =>
    linesOf(block).map((text, at) => text.length * (at === 0 ? BOLD_LETTER : LETTER)),
  );
  return Math.ceil(Math.max(LEAST_WIDTH, ...lines.map((length) => length + PADDING)));
}
