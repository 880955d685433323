import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { MODALITIES } from '../../contract/index.ts';
import type { ModelGraph } from '../../contract/index.ts';
import { describeModel, readBackboneGraph, readModel } from '../../levi/index.ts';
import type { TargetAdapter } from '../../levi/index.ts';

/** What is read of a prepared backbone's manifest.json. */
const Prepared = z.object({
  id: z.string(),
  fingerprint: z.string(),
  modality: z.enum(MODALITIES).default('text'),
  taps: z.int().positive(),
  width: z.int().positive(),
  files: z.object({ graph: z.string() }),
});

const ADAPTER_FILE = 'adapter.safetensors';

/**
 * The graph of what lies on disk: a prepared backbone's folder, an adapter's file, or a folder that holds one.
 * @param backboneFolder of an adapter's; without it nodes and weights of the layers are not told
 * @throws Error that says what was not found, or does not fit
 */
export function readLocalGraph(path: string, backboneFolder?: string): ModelGraph {
  if (existsSync(join(path, 'graph.onnx'))) return { ...describe(path, [], readBackbone(path)), model: idOf(path) };
  const nested = join(path, ADAPTER_FILE);
  const targets = readModel(readFileSync(existsSync(nested) ? nested : path));
  const { manifest } = targets[0].adapter;
  if (backboneFolder !== undefined) return describe(path, targets, readBackbone(backboneFolder, manifest.backbone));
  const taps = Math.max(...targets.flatMap(({ adapter }) => adapter.layers)) + 1;
  // What an adapter says of its backbone: as far as it reads it.
  const { id, fingerprint } = manifest.backbone;
  const facts = { id, fingerprint, modality: 'text', dtype: null, taps, width: manifest.width } as const;
  return describe(path, targets, { facts, summary: null });
}

interface ReadBackbone {
  readonly facts: ModelGraph['backbone'];
  readonly summary: ReturnType<typeof readBackboneGraph>['summary'] | null;
}

const describe = (model: string, targets: readonly TargetAdapter[], { facts, summary }: ReadBackbone): ModelGraph =>
  describeModel({ model, backbone: facts, summary, targets });

function readBackbone(folder: string, wanted?: { readonly id: string; readonly fingerprint: string }): ReadBackbone {
  const { files, ...manifest } = readManifest(folder);
  if (wanted && wanted.fingerprint !== manifest.fingerprint) {
    throw new Error(
      `the adapter was trained on ${wanted.id} (fingerprint ${wanted.fingerprint.slice(0, 12)}…), and ${folder} holds ${manifest.id} (${manifest.fingerprint.slice(0, 12)}…)`,
    );
  }
  const { summary, dtype } = readBackboneGraph(readFileSync(join(folder, files.graph)));
  return { facts: { ...manifest, dtype }, summary };
}

function readManifest(folder: string): z.infer<typeof Prepared> {
  const path = join(folder, 'manifest.json');
  const parsed = Prepared.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${path} is no prepared backbone's: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

const idOf = (folder: string): string => readManifest(folder).id;
