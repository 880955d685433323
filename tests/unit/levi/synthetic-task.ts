import { createRandom } from '../../../src/engine/index.ts';
import type { Random } from '../../../src/engine/index.ts';
import { fineTuneTargets, resolveLeviConfig } from '../../../src/levi/index.ts';
import type {
  FineTuneEvent,
  FineTuneInput,
  FineTuneTargetsInput,
  LabelledFeatures,
  ModelResult,
} from '../../../src/levi/index.ts';
import { createTestRuntime } from '../../support/runtime.ts';

const LABELS = ['billing', 'login', 'shipping'] as const;
const WORDS: Readonly<Record<string, readonly string[]>> = {
  billing: ['invoice', 'refund', 'charge'],
  login: ['password', 'account', 'locked'],
  shipping: ['parcel', 'courier', 'late'],
};
const FILLER = ['please', 'help', 'today', 'the', 'my', 'again', 'order', 'why'];
export const TAPS = 3;
export const WIDTH = 8;

/** Labelled texts and features that know something of the label each; `drift` moves the features as a shift would. */
export function syntheticRows(rows: number, seed: number, drift = 0): LabelledFeatures {
  const random = createRandom(seed);
  const data = new Float32Array(rows * TAPS * WIDTH);
  const records = Array.from({ length: rows }, (_, row) => {
    const target = row % LABELS.length;
    for (let index = 0; index < TAPS * WIDTH; index++) {
      const signal = index % LABELS.length === target ? 1 : 0;
      data[row * TAPS * WIDTH + index] = 0.8 * signal + drift + 1.2 * random.normal();
    }
    const label = LABELS[target] ?? 'billing';
    return { text: textOf(label, random, row), label };
  });
  return { records, features: { rows, taps: TAPS, width: WIDTH, data } };
}

function textOf(label: string, random: Random, row: number): string {
  const pick = (words: readonly string[]): string => words[random.integer(words.length)] ?? '';
  const own = random.uniform() < 0.7 ? pick(WORDS[label] ?? []) : pick(FILLER);
  return `${pick(FILLER)} ${own} ${pick(FILLER)} ${pick(FILLER)} ${row}`;
}

export const runtime = createTestRuntime();

export function syntheticInput(changed: Partial<FineTuneInput> = {}): FineTuneInput {
  return {
    runtime,
    train: syntheticRows(240, 1),
    shifts: [{ name: 'chat', ...syntheticRows(90, 2, 0.3) }],
    config: resolveLeviConfig({
      levi: { width: 8 },
      hyperparameters: { n_epochs: 4, batch_size: 32, learning_rate_multiplier: 10 },
    }),
    seed: 7,
    provenance: {
      backbone: 'test-backbone',
      backboneFingerprint: 'f'.repeat(64),
      trainingFileSha256: 'a'.repeat(64),
      threads: 1,
      maxLength: 128,
    },
    ...changed,
  };
}

export interface FinishedRun {
  readonly events: readonly FineTuneEvent[];
  readonly result: ModelResult;
}

export async function runToEnd(input: FineTuneInput | FineTuneTargetsInput): Promise<FinishedRun> {
  const events: FineTuneEvent[] = [];
  const run = fineTuneTargets({ targets: [{ name: 'label', task: undefined }], ...input });
  for (;;) {
    const next = await run.next();
    if (next.done === true) return { events, result: next.value };
    events.push(next.value);
  }
}
