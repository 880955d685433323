import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { z } from 'zod';

const root = resolve(import.meta.dirname, '../..');
const folder = process.env['LEVIGATE_ASSETS'] ?? resolve(root, '../shared/assets');

/** Absolute path of a test asset (golden values, real weights), or null where the assets folder does not have it. */
export function findAsset(path: string): string | null {
  const found = join(folder, path);
  return existsSync(found) ? found : null;
}

/** Says why a suite is skipped; use as `describe.skipIf(asset === null)(title, ...)`. */
export function titleOrReason(title: string, path: string, asset: string | null): string {
  return asset === null ? `${title} (skipped: no ${path}; set LEVIGATE_ASSETS to the assets folder)` : title;
}

/** A JSON asset, checked against its shape. */
export function readJsonAsset<T>(path: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(readFileSync(join(folder, path), 'utf8')));
}
