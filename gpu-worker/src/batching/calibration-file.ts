import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { DeviceInfo } from '../device/device.ts';
import type { Measured } from './calibrate.ts';

const CalibrationFile = z.object({
  format: z.literal(1),
  token_budget: z.int().min(1),
  points: z.array(z.object({ tokens: z.number().min(0), ms: z.number().positive() })).min(1),
});

export interface CalibrationPlace {
  readonly folder: string;
  readonly info: Pick<DeviceInfo, 'device' | 'threads'>;
  readonly backboneFingerprint: string;
}

/** A file of its own for each machine, device, number of threads and backbone: the folder may travel with an image or be shared. */
function pathOf({ folder, info, backboneFingerprint }: CalibrationPlace): string {
  const machine = cpus();
  const parts = [machine[0]?.model, machine.length, info.device, info.threads, backboneFingerprint];
  return join(folder, `${createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 24)}.json`);
}

/** What was measured earlier; null where nothing was, or nothing readable. */
export async function readCalibration(place: CalibrationPlace): Promise<Measured | null> {
  try {
    const { token_budget, points } = CalibrationFile.parse(JSON.parse(await readFile(pathOf(place), 'utf8')));
    return { tokenBudget: token_budget, points };
  } catch {
    return null;
  }
}

export async function keepCalibration(place: CalibrationPlace, { tokenBudget, points }: Measured): Promise<void> {
  const path = pathOf(place);
  await mkdir(place.folder, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  const file: z.infer<typeof CalibrationFile> = { format: 1, token_budget: tokenBudget, points: [...points] };
  await writeFile(unfinished, `${JSON.stringify(file)}\n`);
  await rename(unfinished, path);
}
