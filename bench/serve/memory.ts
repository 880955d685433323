import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { bringIn } from './bring-in.ts';
import { absoluteFigure } from './figure.ts';
import type { Figure } from './figure.ts';
import { residentBytes } from './process-tree.ts';
import type { Measuring, ServePart } from './serve-part.ts';
import { openServer } from './server.ts';

const ADAPTERS = 2_048;
const STEP = 256;
const CONNECTIONS = 2_000;
/** Opened at once, so that none is turned away. */
const TOGETHER = 200;
const WARM_UP_CONNECTIONS = 400;
/** Each on a server of its own. */
const MOST_SERVERS = 3;
const SETTLE_MS = 500;

/** What stays in memory: the slope over many adapters, and what connections add that do nothing. */
export const MEMORY: ServePart = {
  name: 'P11: memory per adapter and per connection',
  keys: ['P11.adapter', 'P11.connection'],
  measure: async (measuring) => {
    const servers = Math.min(MOST_SERVERS, measuring.rounds);
    const adapters: number[] = [];
    const connections: number[] = [];
    for (let server = 1; server <= servers; server += 1) {
      measuring.say(`P11: server ${server} of ${servers}`);
      connections.push(await bytesPerConnection(measuring));
      adapters.push(await bytesPerAdapter(measuring));
    }
    return [adapterFigure(measuring, adapters), connectionFigure(connections)];
  },
};

function adapterFigure({ folder }: Measuring, bytes: readonly number[]): Figure {
  const { adapterBytes } = folder;
  return absoluteFigure({
    key: 'P11.adapter',
    what: `resident bytes per adapter, over ${ADAPTERS} of them / an adapter's bytes (${adapterBytes})`,
    goal: { atMost: 1.2 },
    unit: 'times',
    values: bytes.map((each) => each / adapterBytes),
    details: { adapterBytes, bytes },
  });
}

const connectionFigure = (bytes: readonly number[]): Figure =>
  absoluteFigure({
    key: 'P11.connection',
    what: `resident bytes of the gateway's processes per idle connection, over ${CONNECTIONS} of them`,
    goal: { atMost: 64 * 1_024 },
    unit: 'bytes',
    values: bytes,
  });

/** The slope of a line through the resident size after every few adapters, the first few left out: they bring in code too. */
async function bytesPerAdapter({ folder }: Measuring): Promise<number> {
  const models = await folder.modelIds(ADAPTERS);
  const cacheMb = Math.ceil((1.25 * ADAPTERS * folder.adapterBytes) / 2 ** 20);
  await using server = await openServer(folder, { env: { LEVIGATE_ADAPTER_CACHE_MB: String(cacheMb) } });
  await using client = server.createClient(1);
  const points: (readonly [number, number])[] = [];
  for (let start = 0; start < ADAPTERS; start += STEP) {
    await bringIn(client, models.slice(start, start + STEP));
    await sleep(SETTLE_MS);
    points.push([start + STEP, await residentBytes(server.pid)]);
  }
  return slope(points);
}

function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (axis: 0 | 1): number => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const together = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return together / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

async function bytesPerConnection({ folder }: Measuring): Promise<number> {
  await using server = await openServer(folder);
  const { hostname, port } = new URL(server.url);
  // Code and buffers that any connection needs once.
  closeAll(await openConnections({ hostname, port: Number(port), count: WARM_UP_CONNECTIONS }));
  await sleep(SETTLE_MS);
  const before = await residentBytes(server.pid);
  const sockets = await openConnections({ hostname, port: Number(port), count: CONNECTIONS });
  const after = await residentBytes(server.pid);
  const closed = sockets.filter((socket) => socket.destroyed || socket.readableEnded).length;
  closeAll(sockets);
  if (closed > 0) throw new Error(`the server closed ${closed} of ${CONNECTIONS} connections before they were counted`);
  return Math.max(0, after - before) / CONNECTIONS;
}

interface Connections {
  readonly hostname: string;
  readonly port: number;
  readonly count: number;
}

/** Connections that have had one answer each and stay open. */
async function openConnections({ hostname, port, count }: Connections): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(TOGETHER, count - sockets.length) }, () => connect(port, hostname));
    sockets.push(...some);
    await Promise.all(some.map(askOnce));
  }
  return sockets;
}

async function askOnce(socket: Socket): Promise<void> {
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write('GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: keep-alive\r\n\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (!answer.toString('latin1').startsWith('HTTP/1.1 200'))
    throw new Error(`the server answered ${answer.toString()}`);
  socket.resume();
}

const closeAll = (sockets: readonly Socket[]): void => sockets.forEach((socket) => socket.destroy());
