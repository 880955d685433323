import type { GraphBlock, ModelGraph } from '../../sdk/index.ts';
import { linesOf } from './block-lines.ts';
import { layOut } from './lay-out.ts';
import type { Box, Layout } from './lay-out.ts';
import { usedTaps } from './used-taps.ts';

const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

/** Fill and line of a kind of block; `layer` is one whose features nobody reads. */
const COLOURS = {
  input: ['#ffffff', '#8a94a6'],
  layer: ['#f1f3f7', '#b4bccb'],
  tapped: ['#e3edfd', '#3b6fd4'],
  pooling: ['#e3edfd', '#3b6fd4'],
  part: ['#fdf1dc', '#c98a1b'],
  answer: ['#e0f4e6', '#2f8f4e'],
} as const;

/** A graph as an SVG picture: the frozen backbone at the left, top down, and from left to right what is computed of its features. */
export function drawGraph(graph: ModelGraph): string {
  const layout = layOut(graph.blocks);
  const taps = usedTaps(graph);
  const { width, height } = layout;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${FONT}" font-size="12" role="img">`,
    `<title>${escape(graph.model)}</title>`,
    '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0.5 8 4 0 7.5Z" fill="#7d8798"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="24" y="34" font-size="17" font-weight="600" fill="#1d2433">${escape(graph.model)}</text>`,
    `<text x="24" y="55" fill="#5b6577">${escape(describe(graph))}</text>`,
    ...graph.blocks.flatMap((block) => drawEdges(block, layout, taps)),
    ...graph.blocks.map((block) => drawBlock(block, layout, taps)),
    '</svg>',
  ].join('\n');
}

function describe({ backbone, targets }: ModelGraph): string {
  const { id, dtype, modality } = backbone;
  const frozen = `backbone ${id}, frozen, reads ${modality}s${dtype === null ? '' : `, ${dtype}`}`;
  return [
    frozen,
    ...targets.map(({ name, method, task }) => `${targets.length > 1 ? `${name}: ` : ''}${method}, ${task}`),
  ].join('  ·  ');
}

function drawBlock(block: GraphBlock, { boxes }: Layout, taps: ReadonlySet<string>): string {
  const box = boxes.get(block.id);
  if (box === undefined) return '';
  const [fill, line] = COLOURS[taps.has(block.id) ? 'tapped' : block.kind];
  const rect = `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="7" fill="${fill}" stroke="${line}"/>`;
  const lines = linesOf(block);
  const top = box.y + box.height / 2 - ((lines.length - 1) * 15) / 2 + 4;
  const texts = lines.map(
    (text, at) =>
      `<text x="${box.x + box.width / 2}" y="${top + 15 * at}" text-anchor="middle" ${at === 0 ? 'font-weight="600" fill="#1d2433"' : 'font-size="11" fill="#4b5567"'}>${escape(text)}</text>`,
  );
  return [rect, ...texts].join('');
}

function drawEdges(block: GraphBlock, layout: Layout, taps: ReadonlySet<string>): readonly string[] {
  const to = layout.boxes.get(block.id);
  if (to === undefined) return [];
  return block.reads.flatMap((id, at) => {
    const from = layout.boxes.get(id);
    if (from === undefined) return [];
    // What is pooled and then read by nobody is drawn faintly.
    const isUnused = block.kind === 'pooling' && !taps.has(id);
    const style = isUnused ? 'stroke="#d3d9e4" stroke-dasharray="3 3"' : 'stroke="#7d8798"';
    const path = pathOf(from, to, { share: (at + 1) / (block.reads.length + 1), layout });
    return [`<path d="${path}" fill="none" ${style} marker-end="url(#end)"/>`];
  });
}

interface Way {
  /** How far down the reader's side the line arrives. */
  readonly share: number;
  readonly layout: Layout;
}

const BEND = 20;

function pathOf(from: Box, to: Box, { share, layout }: Way): string {
  if (from.column === to.column) return `M${from.x + from.width / 2} ${from.y + from.height}V${to.y - 1}`;
  const [x1, y1, x2] = [from.x + from.width, from.y + from.height / 2, to.x - 1];
  const isLevel = y1 > to.y + 8 && y1 < to.y + to.height - 8;
  const y2 = isLevel ? y1 : to.y + to.height * share;
  if (isWayBarred(from, to, { y: y1, layout })) {
    return `M${x1} ${y1}H${x1 + BEND}V${layout.laneY}H${x2 - BEND}V${y2}H${x2}`;
  }
  if (y1 === y2) return `M${x1} ${y1}H${x2}`;
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}

/** Whether another box stands in a line that goes straight on. */
const isWayBarred = (from: Box, to: Box, { y, layout }: { readonly y: number; readonly layout: Layout }): boolean =>
  [...layout.boxes.values()].some(
    (box) => box.column > from.column && box.column < to.column && y > box.y - 4 && y < box.y + box.height + 4,
  );

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
