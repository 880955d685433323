import type { Device } from '../runtime/onnx-runtime.ts';
import type { BatchPlan } from './resident-backbones.ts';

/** Until the device was measured. Padding is computed too: on a CPU large batches fall out of the cache, a GPU wants to be filled. */
export const BATCH_PLANS = {
  cpu: { tokenBudget: 512, sizes: [32, 128, 256, 512, 1_024, 2_048], leastBudget: 256, maxImages: 8 },
  webgpu: { tokenBudget: 8_192, sizes: [32, 256, 1_024, 4_096, 8_192, 16_384], leastBudget: 1_024, maxImages: 32 },
  cuda: { tokenBudget: 16_384, sizes: [32, 512, 2_048, 8_192, 16_384, 32_768], leastBudget: 2_048, maxImages: 64 },
} as const satisfies Record<Device, BatchPlan>;
