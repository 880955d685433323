import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CatalogueEntry } from '../../../src/contract/catalogue.ts';
import type { OnBackboneProgress } from './progress.ts';
import type { PreparedBackbone } from './prepared-backbone.ts';

/** Runs `[2, 5]` token ids, or two images, through the graph; gives the shape and the numbers of `features`. */
export type ProbeBackbone = (
  prepared: PreparedBackbone,
) => Promise<{ readonly dims: readonly number[]; readonly data: Float32Array }>;

export interface PrepareBackboneOptions {
  /** Default: `$LEVIGATE_CACHE/backbones`, else `~/.cache/levigate/backbones`. */
  readonly cacheDir?: string | undefined;
  /** A folder that holds the files already; default `LEVIGATE_BACKBONE_DIR`. */
  readonly folder?: string | undefined;
  /** The operator's own backbones; their folders absolute. */
  readonly catalogue?: readonly CatalogueEntry[] | undefined;
  readonly hubEndpoint?: string | undefined;
  readonly hubToken?: string | undefined;
  readonly onProgress?: OnBackboneProgress | undefined;
  /** Called when another process is fetching or preparing the same backbone. */
  readonly onWait?: ((holder: { readonly pid: number; readonly host: string }) => void) | undefined;
  /** A trial run of the new graph before it is accepted. */
  readonly probe?: ProbeBackbone | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PrepareSpecOptions extends PrepareBackboneOptions {
  /** A folder that holds every source file already; nothing is fetched then. */
  readonly sourceFolder?: string;
}

/** The options as the environment sets them. */
export function readBackboneEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): PrepareBackboneOptions & { readonly cacheDir: string } {
  const given = (name: string): string | undefined => {
    const value = environment[name];
    return value === undefined || value === '' ? undefined : value;
  };
  return {
    cacheDir: join(given('LEVIGATE_CACHE') ?? join(homedir(), '.cache', 'levigate'), 'backbones'),
    folder: given('LEVIGATE_BACKBONE_DIR'),
    hubEndpoint: given('HF_ENDPOINT'),
    hubToken: given('HF_TOKEN'),
  };
}
