import { defaultThreads } from '../gpu-worker/src/runtime/default-threads.ts';
import { createOnnxRuntime } from '../gpu-worker/src/runtime/onnx-runtime.ts';
import type { Runtime } from '../src/engine/index.ts';
import { openBareRuntime } from './bare-runtime.ts';
import type { BenchOptions } from './bench-options.ts';
import { CACHED_GOAL_MS, JOB_ROWS, measureJobs } from './job.ts';
import { openPeer } from './pytorch/peer.ts';
import type { Peer, PeerTraining } from './pytorch/peer.ts';
import { seconds } from './result.ts';
import type { BenchResult, BenchRow } from './result.ts';
import { benchTexts } from './texts.ts';
import { toJsonl } from '../tests/support/example-texts.ts';
import { compareSteps } from './train/compare-steps.ts';
import type { CompareOptions, StepTimes } from './train/compare-steps.ts';
import { measureFullFineTuning } from './train/full-fine-tuning.ts';
import { openLeviStep } from './train/levi-step.ts';
import { profileOperators } from './train/operator-times.ts';
import type { OwnStep, TrainingStep } from './train/training-step.ts';
import { openTransformerStep } from './train/transformer-step.ts';

const STEP_GOAL = 0.7;
const COLD_GOAL = 1.5;
const FINE_TUNING_GOAL = 10;

/**
 * P1, a training step, and P2, a whole job, against PyTorch on the same threads in the same run. `--only` runs the parts whose name contains
 * a text, `--quick` a quarter of the turns.
 */
export async function benchTrain({ only, isQuick }: BenchOptions): Promise<BenchResult> {
  const threads = defaultThreads();
  const parts = PARTS.filter(({ name }) => only === null || name.toLowerCase().includes(only.toLowerCase()));
  if (parts.length === 0) {
    throw new Error(`No part is called "${only}". There are: ${PARTS.map(({ name }) => name).join('; ')}.`);
  }
  await using peer = await openPeer(threads);
  const measured: Part[] = [];
  for (const { name, measure } of parts) {
    console.error(name);
    measured.push(await measure({ peer, threads, share: isQuick ? 0.25 : 1 }));
  }
  return {
    title: `Training, against PyTorch ${peer.version}; ${threads} threads each, in turns; median (least, 10 % to 90 %)`,
    rows: measured.flatMap(({ rows }) => rows),
    details: Object.assign({}, ...measured.map(({ details }) => details)),
    isPartial: isQuick || only !== null,
  };
}

interface Measuring {
  readonly peer: Peer;
  readonly threads: number;
  /** Of the turns. */
  readonly share: number;
}

interface NamedPart {
  readonly name: string;
  readonly measure: (measuring: Measuring) => Promise<Part>;
}

const PARTS: readonly NamedPart[] = [
  stepPart({
    what: 'P1: step of a transformer (2 layers, V 8,000, d 128, S 64, B 64, classes)',
    open: openTransformerStep,
    model: 'transformer',
    turns: { rounds: 8, stepsPerTurn: 8 },
  }),
  stepPart({
    what: "P1: LEVI's own step (7 layers, d 384, r 64, B 64, 2 classes)",
    open: openLeviStep,
    model: 'levi',
    turns: { rounds: 8, stepsPerTurn: 100 },
  }),
  { name: 'P2: a whole job', measure: ({ peer }) => measureWholeJob(peer) },
];

function stepPart(comparison: Comparison): NamedPart {
  return { name: comparison.what, measure: (measuring) => compareWithPeer(measuring, comparison) };
}

/** Lines of the table, and their figures in milliseconds. */
interface Part {
  readonly rows: readonly BenchRow[];
  readonly details: Readonly<Record<string, unknown>>;
}

interface Comparison {
  readonly what: string;
  readonly open: (runtime: Runtime) => Promise<OwnStep>;
  readonly model: PeerTraining['model'];
  readonly turns: CompareOptions;
}

async function compareWithPeer(
  { peer, threads, share }: Measuring,
  { what, open, model, turns }: Comparison,
): Promise<Part> {
  await using ours = await open(createOnnxRuntime({ device: 'cpu', threads }));
  const training: PeerTraining = { name: model, model, ...ours.peer };
  await using eager = await peer.open(training);
  const compiled = await tryCompiled(peer, training);
  const theirs = { eager, ...(compiled === null ? {} : { 'torch.compile': compiled }) };
  const times = await compareSteps({ ours, theirs }, { ...turns, rounds: Math.max(2, share * turns.rounds) });
  const rows = Object.entries(times.theirs).map(([name, other]): BenchRow => ({
    what: `${what} / PyTorch, ${name}`,
    measured: formatTimes(times.ours),
    baseline: formatTimes(other),
    ratio: times.ours.medianMs / other.medianMs,
    goal: `<= ${STEP_GOAL}`,
  }));
  const isMissed = rows.some(({ ratio }) => ratio !== null && ratio > STEP_GOAL);
  return {
    rows: [
      ...rows,
      ...(compiled === null ? [note('  torch.compile does not work here (it needs a C++ compiler): left out')] : []),
      ...(isMissed ? await explain(threads, open) : []),
    ],
    details: { [training.name]: times },
  };
}

/** PyTorch's compiled form, or null where it cannot be had. */
async function tryCompiled(peer: Peer, training: PeerTraining): Promise<TrainingStep | null> {
  const named = { ...training, name: `${training.name}, compiled`, compiled: true };
  try {
    // Compiling is lazy: the first step does it.
    await (await peer.open({ ...named, name: `${named.name}, tried` })).time(1);
  } catch {
    return null;
  }
  return peer.open(named);
}

async function explain(threads: number, open: Comparison['open']): Promise<readonly BenchRow[]> {
  const operators = await profileOperators(threads, open);
  return operators.map(({ operator, msPerStep }) => note(`  of ours, in ${operator}`, `${msPerStep.toFixed(2)} ms`));
}

async function measureWholeJob(peer: Peer): Promise<Part> {
  const { name, rows } = benchTexts(JOB_ROWS);
  const { cold, cached, report } = await measureJobs(toJsonl(rows));
  await using bare = await openBareRuntime();
  const baseline = await bare.bestMs(rows.map(({ text }) => text));
  const full = await measureFullFineTuning(peer, rows);
  const what = `P2: ${rows.length} texts (${name}) to a trained auto adapter`;
  const parts = report.methods.map((method) => note(`  training ${method.method}`, `${method.seconds.toFixed(2)} s`));
  const scaled = `${full.measuredBatches} of ${full.batches} batches timed, ${seconds(full.measuredMs)}, and scaled`;
  const wholeRows: readonly BenchRow[] = [
    {
      what: `${what}, cold / bare onnxruntime, forward passes only`,
      measured: seconds(cold),
      baseline: seconds(baseline.ms),
      ratio: cold / baseline.ms,
      goal: `<= ${COLD_GOAL}`,
    },
    {
      what: `${what}, cold / three epochs of full fine-tuning of MiniLM in PyTorch`,
      measured: seconds(cold),
      baseline: `${seconds(full.ms)} (${scaled})`,
      ratio: cold / full.ms,
      goal: `<= ${1 / FINE_TUNING_GOAL}`,
    },
    {
      what: `${what}, cached features`,
      measured: seconds(cached),
      baseline: '',
      ratio: cached / CACHED_GOAL_MS,
      goal: '<= 3 s (ratio 1)',
    },
  ];
  const isMissed = cold / baseline.ms > COLD_GOAL || cached > CACHED_GOAL_MS;
  return {
    rows: [...wholeRows, ...(isMissed ? parts : [])],
    details: { job: { coldMs: cold, cachedMs: cached, bareMs: baseline.ms, fullFineTuning: full } },
  };
}

const formatTimes = ({ medianMs, minMs, spreadMs: [low, high] }: StepTimes): string =>
  `${medianMs.toFixed(2)} ms (${minMs.toFixed(2)}, ${low.toFixed(2)} to ${high.toFixed(2)})`;

const note = (what: string, measured = ''): BenchRow => ({ what, measured, baseline: '', ratio: null, goal: '' });
