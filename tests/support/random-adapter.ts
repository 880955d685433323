import { createRandom, sizeOf, tensor } from '../../src/engine/index.ts';
import type { HostMemory, Tensor } from '../../src/engine/index.ts';
import type { ComparedMethod, Task } from '../../src/contract/levi.ts';
import { BUCKETS, COVERAGE, createAdapter, taskTables, tensorNeeds } from '../../src/levi/adapter/adapter.ts';
import type { Adapter } from '../../src/levi/adapter/adapter.ts';
import { ADAPTER_VERSION } from '../../src/levi/adapter/manifest.ts';
import type { AdapterManifest } from '../../src/levi/adapter/manifest.ts';
import { ADAPT_SCALE } from '../../src/levi/methods/parts.ts';
import { hashNgrams } from '../../src/levi/task-model/hash-ngrams.ts';
import { NGRAM_BUCKETS } from '../../src/levi/task-model/ngram-vocabulary.ts';

export interface RandomAdapterOptions {
  readonly method: ComparedMethod;
  readonly task?: Task;
  readonly taps?: number;
  readonly width?: number;
  readonly adaptingWidth?: number;
  readonly labels?: readonly string[];
  readonly isGated?: boolean;
  /** Whether its adapting layers are stored in bytes, as a job leaves them. */
  readonly isRounded?: boolean;
  readonly seed?: number;
  readonly backbone?: { readonly id: string; readonly fingerprint: string };
  /** The n-grams of these are known to it. */
  readonly texts?: readonly string[];
  /** Where its weights lie; the ordinary heap unless given. */
  readonly memory?: HostMemory | null;
}

/** An adapter of random weights, of any method: nothing was learned, and everything is computed. */
export function createRandomAdapter(options: RandomAdapterOptions): Adapter {
  const { method, task = 'single_label', taps = 3, width = 12, adaptingWidth = 8 } = options;
  const { isGated = false, isRounded = true } = options;
  const { labels = ['a', 'b', 'c'], seed = 1, texts = ['known words'], memory = null } = options;
  const random = createRandom(seed);
  const place = (values: Float32Array | Int8Array): Float32Array | Int8Array => {
    const address = memory?.allocate(values.byteLength) ?? null;
    if (!memory || address === null) return values;
    const own =
      values instanceof Int8Array
        ? new Int8Array(memory.buffer, address, values.length)
        : new Float32Array(memory.buffer, address, values.length);
    own.set(values);
    return own;
  };
  const drawn = (dims: readonly number[], from = -0.5): Tensor =>
    tensor(place(Float32Array.from({ length: sizeOf(dims) }, () => from + random.uniform())), dims);
  const buckets = new Set(texts.flatMap((text) => [...hashNgrams(text, NGRAM_BUCKETS)]));
  const vocabulary = Int32Array.from(buckets).sort();
  const layers = Array.from({ length: taps }, (_, tap) => tap);
  const hasLayers = method.startsWith('levi') || method === 'mlp_matched';
  // As much of a manifest as serving reads.
  const manifest = {
    version: ADAPTER_VERSION,
    method,
    task,
    labels: task === 'regression' ? [] : [...labels],
    layers,
    width,
    adapting_width: hasLayers ? adaptingWidth : null,
    ...(hasLayers && isRounded ? { adapting_encoding: 'int8' } : {}),
    probe_taps: [taps - 1],
    coverage_gate: isGated,
    backbone: options.backbone ?? { id: 'tiny', fingerprint: 'f' },
    provenance: {},
  } as unknown as AdapterManifest;
  const shape = createAdapter(manifest, { [BUCKETS]: tensor(vocabulary) });
  const { weights, rounded, taskParts } = tensorNeeds(shape.architecture.spec);
  const positive = (name: string): boolean => /calibration|scale|share/.test(name);
  const bytes = (dims: readonly number[]): Tensor =>
    tensor(place(Int8Array.from({ length: sizeOf(dims) }, () => random.integer(255) - 127)), dims);
  const scales = (dims: readonly number[]): Tensor =>
    tensor(place(Float32Array.from({ length: sizeOf(dims) }, () => (0.2 + random.uniform()) / 254)), dims);
  const drawnAs = (name: string): ((dims: readonly number[]) => Tensor) => {
    if (name === rounded) return bytes;
    if (name === ADAPT_SCALE) return scales;
    return (dims) => drawn(dims, positive(name) ? 0.2 : -0.5);
  };
  const tables = taskParts.flatMap((part) => taskTables(part, shape));
  return createAdapter(manifest, {
    [BUCKETS]: tensor(vocabulary),
    [COVERAGE]: tensor(Float32Array.from({ length: 101 }, (_, index) => index / 100)),
    ...Object.fromEntries(Object.entries(weights).map(([name, dims]) => [name, drawnAs(name)(dims)])),
    ...Object.fromEntries(tables.map(({ name, rows, width: own }) => [name, drawn([rows ?? vocabulary.length, own])])),
  });
}
