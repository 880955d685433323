import { registerCancelBatch } from './cancel.ts';
import { registerCreateBatch } from './create.ts';
import { registerGetBatch } from './get.ts';
import { registerListBatches } from './list.ts';

export const batchRoutes = [registerCreateBatch, registerListBatches, registerGetBatch, registerCancelBatch];
