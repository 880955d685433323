import { z } from 'zod';
import { DEFAULT_BACKBONE, knownBackbones, requireKnownBackbone } from '../../contract/index.ts';
import type { CatalogueEntry } from '../../contract/index.ts';
import { hashSecret } from '../../services/keys/secret.ts';
import type { Settings } from '../../services/ports.ts';

const duration = z.coerce.number().int().max(600_000);

/** The gateway's variables that mean the same on every platform. */
export const SETTINGS_VARIABLES = {
  LEVIGATE_LEASE_MS: duration.min(1_000).default(30_000),
  LEVIGATE_PREDICT_TIMEOUT_MS: duration.min(100).default(60_000),
  LEVIGATE_EXPORT_TIMEOUT_MS: z.coerce.number().int().min(1_000).max(3_600_000).default(1_800_000),
  LEVIGATE_DEFAULT_BACKBONE: z.string().default(DEFAULT_BACKBONE),
} as const;

type Values = z.output<z.ZodObject<typeof SETTINGS_VARIABLES>>;

export interface PlatformSettings extends Pick<Settings, 'maxBodyBytes'> {
  /** With any of them a worker may register. */
  readonly workerTokens: readonly (string | undefined)[];
  readonly catalogue: readonly CatalogueEntry[];
}

/** @throws Error when the default backbone is none of the known ones */
export function toSettings(values: Values, { workerTokens, catalogue, maxBodyBytes }: PlatformSettings): Settings {
  const backbones = knownBackbones(catalogue);
  return {
    workerTokenHashes: workerTokens.filter((token) => token !== undefined).map(hashSecret),
    leaseDurationMs: values.LEVIGATE_LEASE_MS,
    predictTimeoutMs: values.LEVIGATE_PREDICT_TIMEOUT_MS,
    exportTimeoutMs: values.LEVIGATE_EXPORT_TIMEOUT_MS,
    maxBodyBytes,
    backbones,
    defaultBackbone: requireKnownBackbone(backbones, values.LEVIGATE_DEFAULT_BACKBONE),
  };
}
