import type { GraphBlock, ModelGraph } from '../../sdk/index.ts';
import { usedTaps } from './used-taps.ts';

const COUNT = new Intl.NumberFormat('en');

/** A graph for the terminal: a line a block, a rail along the backbone's layers, what the others read by number. */
export function formatGraph(graph: ModelGraph): string {
  const rows = graph.blocks.map((block, at) => rowOf(block, at, graph));
  const table = alignColumns([['', '', '', 'out', 'nodes', 'parameters', 'reads'], ...rows]);
  return [...describeHead(graph), '', ...table].join('\n');
}

function describeHead({ model, backbone, targets, blocks }: ModelGraph): readonly string[] {
  const { id, dtype, modality } = backbone;
  const isFrozen = ({ kind }: GraphBlock): boolean => kind === 'layer' || kind === 'pooling';
  const frozen = sumOf(blocks.filter(isFrozen));
  const trained = sumOf(blocks.filter((block) => !isFrozen(block)));
  const said = [
    `reads ${modality}s`,
    ...(dtype === null ? [] : [dtype]),
    ...(frozen === 0 ? [] : [`${COUNT.format(frozen)} parameters, frozen`]),
  ];
  return [
    model,
    `  backbone ${id}: ${said.join(', ')}`,
    ...targets.map(({ name, task, method, labels, nodes }) => {
      const outputs = labels.length === 0 ? 'a number' : `${labels.length} labels`;
      return `  ${targets.length > 1 ? `${name}: ` : ''}${method}, ${task}, ${outputs}, ${nodes} nodes to answer`;
    }),
    ...(targets.length === 0 ? [] : [`  ${COUNT.format(trained)} parameters of its own`]),
  ];
}

const sumOf = (blocks: readonly GraphBlock[]): number =>
  blocks.reduce((sum, { parameters }) => sum + (parameters ?? 0), 0);

function rowOf(block: GraphBlock, at: number, graph: ModelGraph): readonly string[] {
  const { title, detail, shape, nodes, parameters } = block;
  return [
    String(at + 1),
    railOf(block, graph),
    detail === null ? title : `${title} (${detail})`,
    shape === null ? '' : `[${shape.join(', ')}]`,
    nodes === null ? '' : COUNT.format(nodes),
    (parameters ?? 0) === 0 ? '' : COUNT.format(parameters ?? 0),
    readsOf(block, graph.blocks),
  ];
}

/** A filled mark is a layer that an adapter reads. */
const RAILS = { input: '▷', pooling: '┴', part: ' ', answer: '▶' } as const;

function railOf({ kind, id }: GraphBlock, graph: ModelGraph): string {
  if (kind !== 'layer') return RAILS[kind];
  return usedTaps(graph).has(id) ? '●' : '○';
}

function readsOf({ reads }: GraphBlock, blocks: readonly GraphBlock[]): string {
  const numbers = reads.map((id) => blocks.findIndex((block) => block.id === id) + 1);
  const [first] = numbers;
  const last = numbers.at(-1);
  if (first === undefined || last === undefined) return '';
  return numbers.length > 2 && last - first === numbers.length - 1 ? `${first}-${last}` : numbers.join(', ');
}

/** Figures to the right. */
const RIGHT: ReadonlySet<number> = new Set([0, 4, 5]);

function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (found, row) => row.map((cell, column) => Math.max(found[column] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        RIGHT.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
