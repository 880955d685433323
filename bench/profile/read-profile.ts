import { z } from 'zod';

/** What is read of a .cpuprofile: the tree of calls, and which of its nodes ran in each interval. */
const CpuProfile = z.object({
  nodes: z.array(
    z.object({
      id: z.int(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.int() }),
    }),
  ),
  samples: z.array(z.int()),
  timeDeltas: z.array(z.number()),
});

export interface ProfiledFunction {
  readonly name: string;
  readonly place: string;
  /** Spent in it, without what it called. */
  readonly selfMs: number;
}

export interface ReadProfile {
  readonly totalMs: number;
  readonly busyMs: number;
  /** The one that took longest first; nothing idle. */
  readonly functions: readonly ProfiledFunction[];
}

/** @param json of a .cpuprofile */
export function readProfile(json: string): ReadProfile {
  const { nodes, samples, timeDeltas } = CpuProfile.parse(JSON.parse(json));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame] as const));
  const functions = new Map<string, { name: string; place: string; selfMs: number }>();
  let [totalMs, idleMs] = [0, 0];
  for (const [at, id] of samples.entries()) {
    const frame = frames.get(id);
    const ms = (timeDeltas[at] ?? 0) / 1000;
    totalMs += ms;
    // Starting the recording takes a quarter of a second of its own.
    if (frame === undefined || frame.functionName === '(idle)' || frame.url === 'node:inspector') {
      idleMs += ms;
      continue;
    }
    const place = frame.url === '' ? '' : `${shorten(frame.url)}:${frame.lineNumber + 1}`;
    const key = `${frame.functionName} ${place}`;
    const known = functions.get(key) ?? { name: frame.functionName || unnamed(place), place, selfMs: 0 };
    known.selfMs += ms;
    functions.set(key, known);
  }
  const sorted = [...functions.values()].sort((one, other) => other.selfMs - one.selfMs);
  return { totalMs, busyMs: totalMs - idleMs, functions: sorted };
}

/** A function of a native module has neither name nor place: in the device process that is onnxruntime. */
const unnamed = (place: string): string => (place === '' ? '(native code)' : '(anonymous)');

/** The package, or the bundle, and the file in it. */
const shorten = (url: string): string =>
  url.includes('/node_modules/') ? (url.split('/node_modules/').at(-1) ?? url) : url.split('/').slice(-2).join('/');
