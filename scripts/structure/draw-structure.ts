import type { Folder } from './read-structure.ts';

/** Where each folder stands: what is above imports what is below. */
const ROWS: readonly (readonly (string | null)[])[] = [
  ['functions'],
  ['src/cli', 'src/platform/node', 'src/platform/cloudflare'],
  ['src/sdk', 'src/gateway', 'src/platform/neutral'],
  ['gpu-worker/src', null, 'src/services'],
  ['src/levi', 'src/telemetry', 'src/store'],
  ['src/engine', null, null],
  ['src/contract'],
];

/** One line what it is for. */
const PURPOSE: Readonly<Record<string, string>> = {
  functions: 'entry points: read configuration, wire',
  'src/cli': 'command line',
  'src/platform/node': 'ports on one machine',
  'src/platform/cloudflare': 'ports on Cloudflare',
  'src/platform/neutral': 'what both platforms share',
  'src/sdk': 'client, no dependency',
  'src/gateway': 'routes, middleware, OpenAPI',
  'gpu-worker/src': 'runs backbones, batches, trains',
  'src/services': 'use cases, one verb per file; ports',
  'src/levi': 'the method, records, adapter format',
  'src/store': 'SQL: every query a function',
  'src/telemetry': 'metrics, traces',
  'src/engine': 'graphs, gradients, ONNX, trainer',
  'src/contract': 'the wire: schemas, ids, errors, limits',
};

// These two would be an arrow from everywhere, and to everywhere.
const WIDE: ReadonlySet<string> = new Set(['functions', 'src/contract']);

const WIDTH = 1000;
const MARGIN = 24;
const TOP = 24;
const BOX = { width: 252, height: 66 };
const ROW = 118;
const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** The structure as a picture: one box a folder, an arrow where one imports another and no longer way implies it. Every figure is read from the code. */
export function drawStructure(folders: readonly Folder[]): string {
  const places = new Map(ROWS.flatMap((row, at) => placeRow(row, at)));
  const height = TOP + ROWS.length * ROW - (ROW - BOX.height) + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="${FONT}" font-size="12" role="img">`,
    '<title>Folders, their sizes, and who imports whom</title>',
    '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0.5 8 4 0 7.5Z" fill="#7d8798"/></marker></defs>',
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...folders.flatMap((folder) => drawArrows(folder, { places, folders })),
    ...folders.map((folder) => drawFolder(folder, places)),
    '</svg>',
    '',
  ].join('\n');
}

function placeRow(row: readonly (string | null)[], at: number): [string, Place][] {
  const y = TOP + at * ROW;
  if (row.length === 1 && WIDE.has(row[0] ?? '')) return [[row[0] ?? '', { x: MARGIN, y, width: WIDTH - 2 * MARGIN }]];
  const free = WIDTH - 2 * MARGIN - row.length * BOX.width;
  const gap = free / (row.length + 1);
  return row.flatMap((name, column): [string, Place][] =>
    name === null ? [] : [[name, { x: MARGIN + gap + column * (BOX.width + gap), y, width: BOX.width }]],
  );
}

function drawFolder({ name, files, lines, imports }: Folder, places: ReadonlyMap<string, Place>): string {
  const place = places.get(name);
  if (place === undefined) throw new Error(`${name} has no place in the drawing: give it one in ROWS`);
  const { x, y, width } = place;
  const middle = x + width / 2;
  const size = `${files} files, ${(lines / 1000).toFixed(1)}k lines`;
  return [
    `<g data-folder="${name}" data-lines="${lines}" data-imports="${imports.join(' ')}">`,
    `<rect x="${x}" y="${y}" width="${width}" height="${BOX.height}" rx="7" fill="${WIDE.has(name) ? '#f1f3f7' : '#e3edfd'}" stroke="${WIDE.has(name) ? '#8a94a6' : '#3b6fd4'}"/>`,
    `<text x="${middle}" y="${y + 23}" text-anchor="middle" font-weight="600" fill="#1d2433">${name}</text>`,
    `<text x="${middle}" y="${y + 40}" text-anchor="middle" font-size="11" fill="#4b5567">${PURPOSE[name] ?? ''}</text>`,
    `<text x="${middle}" y="${y + 56}" text-anchor="middle" font-size="11" fill="#4b5567">${size}${WIDE.has(name) ? wideWords(name) : ''}</text>`,
    '</g>',
  ].join('');
}

const wideWords = (name: string): string =>
  name === 'functions' ? '; imports whatever it wires' : '; imported by all but src/telemetry';

interface Drawing {
  readonly places: ReadonlyMap<string, Place>;
  readonly folders: readonly Folder[];
}

function drawArrows({ name, imports }: Folder, { places, folders }: Drawing): readonly string[] {
  const from = places.get(name);
  if (from === undefined || WIDE.has(name)) return [];
  const near = imports.filter(
    (other) => !imports.some((between) => between !== other && leadsTo(between, other, folders)),
  );
  const drawn = near.filter((other) => !WIDE.has(other));
  return drawn.map((other, at) => {
    const to = places.get(other) ?? from;
    const style = 'fill="none" stroke="#7d8798" marker-end="url(#end)"';
    if (to.y === from.y) return `<path d="M${from.x + from.width} ${from.y + BOX.height / 2}H${to.x - 1}" ${style}/>`;
    const x1 = from.x + (from.width * (at + 1)) / (drawn.length + 1);
    const x2 = to.x + to.width / 2 + Math.max(-60, Math.min(60, (x1 - to.x - to.width / 2) / 5));
    const [y1, y2] = [from.y + BOX.height, to.y - 1];
    const bend = (y2 - y1) / 2;
    return `<path d="M${x1.toFixed(1)} ${y1}C${x1.toFixed(1)} ${y1 + bend} ${x2.toFixed(1)} ${y2 - bend} ${x2.toFixed(1)} ${y2}" ${style}/>`;
  });
}

/** Whether one folder imports another, through others or not. */
function leadsTo(from: string, to: string, folders: readonly Folder[]): boolean {
  const imports = folders.find(({ name }) => name === from)?.imports ?? [];
  return from !== 'functions' && (imports.includes(to) || imports.some((next) => leadsTo(next, to, folders)));
}
