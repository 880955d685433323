import net from 'node:net';

/**
 * Preloaded into a process (`NODE_OPTIONS=--import`), it keeps that one to this machine: webhook URLs, and whatever else
 * made-up requests name, refuse the connection.
 */
const LOOPBACK: ReadonlySet<unknown> = new Set(['127.0.0.1', '::1', 'localhost', undefined]);
const CLOSED_PORT = 1;

const connect: unknown = Reflect.get(net.Socket.prototype, 'connect');

Reflect.set(net.Socket.prototype, 'connect', function connectOnLoopback(this: net.Socket, ...args: unknown[]) {
  // Node's own callers hand over what they have normalised: a list of options and callback, known by a mark on the list.
  const [options]: readonly unknown[] = Array.isArray(args[0]) ? args[0] : args;
  if (isElsewhere(options)) Object.assign(options, { host: '127.0.0.1', port: CLOSED_PORT, lookup: undefined });
  return typeof connect === 'function' ? Reflect.apply(connect, this, args) : undefined;
});

const isElsewhere = (options: unknown): options is object =>
  typeof options === 'object' && options !== null && !LOOPBACK.has(Reflect.get(options, 'host'));
