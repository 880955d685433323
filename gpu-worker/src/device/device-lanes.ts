import type { BackboneGraph, DeviceInfo, DevicePort } from './device.ts';
import type { DeviceProcessOptions } from './device-process.ts';
import { superviseDevice } from './device-supervisor.ts';
import type { DeviceSupervisor } from './device-supervisor.ts';

export interface DeviceLanes extends DevicePort, AsyncDisposable {
  /** `lanes`: batches that run side by side. */
  readonly info: Promise<DeviceInfo & { readonly lanes: number }>;
  /** Every lane answers: until then what is measured is not what it will be. */
  readonly isComplete: boolean;
}

export interface LanesOptions extends Omit<DeviceProcessOptions, 'excluded' | 'lanes'> {
  /** How long after the first lane has its first backbone the others are started. */
  readonly othersAfterMs?: number;
}

interface Lane {
  readonly device: DeviceSupervisor;
  /** Fingerprints of the backbones it answers with now. */
  readonly loaded: Set<string>;
  inFlight: number;
}

const CPU_LANES = 2;
// The first answers of a worker that was just woken have the cores to themselves.
const OTHERS_AFTER_MS = 500;

/**
 * A CPU as two device processes, each with its share of the threads, behind one port: two batches side by side take less time than one after
 * the other on all threads (4.4 s against 4.9 for 2,000 sentences through all-minilm-l6-v2 on two cores), and predictions need not wait for
 * a training's step. A GPU is one process. Trainings run in the first, on all threads.
 */
export function superviseLanes({ othersAfterMs = OTHERS_AFTER_MS, ...options }: LanesOptions): DeviceLanes {
  const isGpu = options.wanted === 'cuda' || options.wanted === 'webgpu';
  const wantedLanes = isGpu ? 1 : Math.min(CPU_LANES, options.threads);
  const first = openLane({ ...options, lanes: wantedLanes });
  const lanes: Lane[] = [first];
  const backbones = new Map<string, BackboneGraph>();
  let isClosed = false;
  let opening: NodeJS.Timeout | undefined;
  let count = 1;

  const info = first.device.info.then((started) => {
    count = started.device === 'cpu' ? wantedLanes : 1;
    return { ...started, lanes: count };
  });
  info.catch(() => {});

  async function load(lane: Lane, backbone: BackboneGraph): Promise<void> {
    await lane.device.load(backbone);
    lane.loaded.add(backbone.fingerprint);
  }

  // Nobody waits for these: the first answers alone until they are ready.
  function openOthers(): void {
    const { preload: _ofTheFirst, ...others } = options;
    while (lanes.length < count) {
      const lane = openLane({ ...others, wanted: 'cpu', lanes: count });
      lanes.push(lane);
      for (const backbone of backbones.values()) load(lane, backbone).catch(() => {});
    }
  }

  const leastBusy = (backbone: BackboneGraph): Lane =>
    lanes
      .filter((lane) => lane === first || lane.loaded.has(backbone.fingerprint))
      .reduce((best, lane) => (lane.inFlight < best.inFlight ? lane : best));

  return {
    info,
    get isComplete() {
      return lanes.length === count && lanes.every(({ loaded }) => loaded.size === backbones.size);
    },
    load: async (backbone) => {
      await info;
      backbones.set(backbone.fingerprint, backbone);
      for (const lane of lanes.slice(1)) load(lane, backbone).catch(() => {});
      await load(first, backbone);
      if (!isClosed) opening ??= setTimeout(openOthers, othersAfterMs);
    },
    embed: async (backbone, batch) => {
      const lane = leastBusy(backbone);
      lane.inFlight += 1;
      try {
        return await lane.device.embed(backbone, batch);
      } finally {
        lane.inFlight -= 1;
      }
    },
    train: async function* (request) {
      first.inFlight += 1;
      try {
        return yield* first.device.train(request);
      } finally {
        first.inFlight -= 1;
      }
    },
    [Symbol.asyncDispose]: async () => {
      isClosed = true;
      clearTimeout(opening);
      await Promise.all(lanes.map(({ device }) => device[Symbol.asyncDispose]()));
    },
  };
}

const openLane = (options: Omit<DeviceProcessOptions, 'excluded'>): Lane => ({
  device: superviseDevice(options),
  loaded: new Set(),
  inFlight: 0,
});
