import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { z } from 'zod';
import { fromOnnxTensors, toOnnxTensors } from '../../gpu-worker/src/runtime/onnx-tensors.ts';
import type { Runtime } from '../../src/engine/index.ts';
import type { TrainingStep } from './training-step.ts';

const STEPS = 20;
const SHOWN = 6;

const Events = z.array(
  z.object({
    cat: z.string().optional(),
    name: z.string().optional(),
    dur: z.number().optional(),
    args: z.looseObject({ op_name: z.string().optional() }).optional(),
  }),
);

export interface OperatorTime {
  readonly operator: string;
  readonly msPerStep: number;
}

/** Where a step's time in the graph goes, by onnxruntime's own profile: the operators that take most. */
export async function profileOperators(
  threads: number,
  open: (runtime: Runtime) => Promise<TrainingStep>,
): Promise<readonly OperatorTime[]> {
  const folder = await mkdtemp(join(tmpdir(), 'levigate-profile-'));
  try {
    const sessions: InferenceSession[] = [];
    await using step = await open(profilingRuntime({ threads, folder, sessions }));
    await step.time(STEPS);
    for (const session of sessions) session.endProfiling();
    const [file] = await readdir(folder);
    if (file === undefined) return [];
    return longest(Events.parse(JSON.parse(readFileSync(join(folder, file), 'utf8'))));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Profiling {
  readonly threads: number;
  readonly folder: string;
  readonly sessions: InferenceSession[];
}

/** As `createOnnxRuntime` for the CPU, with a profile. */
function profilingRuntime({ threads, folder, sessions }: Profiling): Runtime {
  return {
    device: 'cpu',
    implementation: 'onnxruntime-node, with a profile',
    load: async (model) => {
      const session = await InferenceSession.create(model, {
        executionProviders: ['cpu'],
        graphOptimizationLevel: 'all',
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        enableProfiling: true,
        profileFilePrefix: join(folder, 'profile'),
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      });
      sessions.push(session);
      return {
        run: async (feeds) => fromOnnxTensors(await session.run(toOnnxTensors(feeds))),
        [Symbol.asyncDispose]: () => session.release(),
      };
    },
  };
}

function longest(events: z.infer<typeof Events>): readonly OperatorTime[] {
  const total = new Map<string, number>();
  for (const { cat, name = '', dur = 0, args } of events) {
    const operator = args?.op_name;
    if (cat !== 'Node' || operator === undefined || !name.endsWith('_kernel_time')) continue;
    total.set(operator, (total.get(operator) ?? 0) + dur);
  }
  return [...total]
    .map(([operator, microseconds]) => ({ operator, msPerStep: microseconds / 1000 / STEPS }))
    .toSorted((a, b) => b.msPerStep - a.msPerStep)
    .slice(0, SHOWN);
}
