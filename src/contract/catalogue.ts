import { z } from 'zod';
import { listMistakes } from './mistakes.ts';
import { BACKBONES, MODALITIES } from './models.ts';
import type { BackboneInfo } from './models.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be SHA-256 in lower-case hex');
const path = z
  .string()
  .regex(/^[\w.-]+(\/[\w.-]+)*$/, 'must be a path inside the folder, such as onnx/model.onnx')
  .refine((name) => !name.split('/').includes('..'), 'must not lead out of the folder');

const HubFiles = z.strictObject({
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'must look like "owner/name"'),
  revision: z.string().regex(/^[0-9a-f]{40}$/, 'must be a commit: a branch moves'),
  files: z
    .array(z.strictObject({ path, bytes: z.int().positive(), sha256 }))
    .min(1)
    .refine((files) => files.some((file) => file.path === 'config.json'), 'must hold config.json')
    .refine(
      (files) => files.filter((file) => /\.(onnx|safetensors)$/.test(file.path)).length === 1,
      'must hold exactly one .onnx file, or model.safetensors',
    ),
});

const CatalogueEntry = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be lower case letters, digits, ".", "_" and "-"'),
    modality: z.enum(MODALITIES),
    taps: z.int().min(1).max(200).describe('What enters the first layer, and what leaves each: layers + 1'),
    max_tokens: z.int().min(8).max(8_192).optional().describe('Of texts; default 256'),
    pooling: z.enum(['mean', 'cls', 'cls_and_mean']).optional(),
    prefix_tokens: z.int().min(0).max(64).optional().describe('Tokens before the patches, where the graph hides them'),
    tap_names: z.array(z.string()).min(1).optional().describe('Hidden states by name, where structure is refused'),
    dimensions: z
      .array(z.int().min(1))
      .min(1)
      .optional()
      .describe('Lengths that embeddings may be cut to, where the backbone was trained for that (Matryoshka)'),
    license: z.string().default('unknown'),
    owned_by: z.string().default('operator'),
    folder: z.string().min(1).optional().describe("Relative to the catalogue's own folder"),
    hub: HubFiles.optional(),
  })
  .refine(
    ({ folder, hub }) => (folder === undefined) !== (hub === undefined),
    'needs exactly one of "folder" and "hub"',
  )
  .refine(
    ({ modality, max_tokens, tap_names, pooling }) =>
      modality === 'text' ? pooling !== 'cls_and_mean' : max_tokens === undefined && tap_names === undefined,
    '"max_tokens" and "tap_names" are for texts, "pooling": "cls_and_mean" and "prefix_tokens" for images',
  )
  .refine(({ name }) => !Object.hasOwn(BACKBONES, name), 'is the name of a built-in backbone: choose another')
  .refine(({ modality, prefix_tokens }) => modality === 'image' || prefix_tokens === undefined, {
    path: ['prefix_tokens'],
    error: 'is for images',
  });
export type CatalogueEntry = z.infer<typeof CatalogueEntry>;

const Catalogue = z.strictObject({
  backbones: z
    .array(CatalogueEntry)
    .max(100)
    .refine(
      (entries) => new Set(entries.map(({ name }) => name)).size === entries.length,
      'must have names that differ from each other',
    ),
});

export const DEFAULT_MAX_TOKENS = 256;

/**
 * An operator's own backbones, from the text of their catalogue. Gateway and workers read the same.
 *
 * @param source the file or variable, for messages
 * @throws Error with one line per mistake
 */
export function parseCatalogue(text: string, source: string): readonly CatalogueEntry[] {
  const parsed = Catalogue.safeParse(parseJson(text, source));
  if (parsed.success) return parsed.data.backbones;
  throw new Error(`the catalogue of backbones ${source} is not valid:\n  ${listMistakes(parsed.error).join('\n  ')}`);
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`the catalogue of backbones ${source} is not JSON: ${String(cause)}`, { cause });
  }
}

/** The built-in backbones and the catalogue's, by name. */
export function knownBackbones(entries: readonly CatalogueEntry[]): Readonly<Record<string, BackboneInfo>> {
  const own = entries.map(
    ({ name, modality, taps, max_tokens, pooling, dimensions, license, owned_by }): [string, BackboneInfo] => [
      name,
      {
        created: 0,
        ownedBy: owned_by,
        license,
        modality,
        taps,
        maxTokens: modality === 'text' ? (max_tokens ?? DEFAULT_MAX_TOKENS) : null,
        pooling,
        dimensions,
      },
    ],
  );
  return { ...BACKBONES, ...Object.fromEntries(own) };
}

/** @throws Error naming the backbones there are */
export function requireKnownBackbone(backbones: Readonly<Record<string, BackboneInfo>>, name: string): string {
  if (Object.hasOwn(backbones, name)) return name;
  throw new Error(`LEVIGATE_DEFAULT_BACKBONE is "${name}", which is none of ${Object.keys(backbones).join(', ')}`);
}
