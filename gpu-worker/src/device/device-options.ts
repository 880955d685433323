import { z } from 'zod';

const device = z.enum(['cpu', 'webgpu', 'cuda']);

const DeviceOptions = z.strictObject({
  wanted: z.enum(['auto', ...device.options]),
  threads: z.int().min(1),
  /** Processes that share a CPU's threads for inference. */
  lanes: z.int().min(1),
  excluded: z.array(device),
});
export type DeviceOptions = z.infer<typeof DeviceOptions>;

/** The device process's one argument. */
export const parseDeviceOptions = (json: string | undefined): DeviceOptions =>
  DeviceOptions.parse(JSON.parse(json ?? '{}'));
