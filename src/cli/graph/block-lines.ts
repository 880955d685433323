import type { GraphBlock } from '../../sdk/index.ts';

const COUNT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** What stands in a block's box: its title, what it does, and its figures. */
export function linesOf({ title, detail, shape, nodes, parameters }: GraphBlock): readonly string[] {
  const figures = [
    ...(shape === null ? [] : [`[${shape.join(', ')}]`]),
    ...(nodes === null ? [] : [`${nodes} nodes`]),
    ...(parameters === null || parameters === 0
      ? []
      : [`${COUNT.format(parameters)} ${parameters === 1 ? 'weight' : 'weights'}`]),
  ];
  return [title, ...(detail === null ? [] : [detail]), ...(figures.length === 0 ? [] : [figures.join(' · ')])];
}
