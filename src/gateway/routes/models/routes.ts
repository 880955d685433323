import { registerDeleteModel } from './delete.ts';
import { registerExportModel } from './export.ts';
import { registerGetModelDrift } from './get-drift.ts';
import { registerGetModelGraph } from './get-graph.ts';
import { registerGetModel } from './get.ts';
import { registerImportModel } from './import.ts';
import { registerListModels } from './list.ts';

export const modelRoutes = [
  registerListModels,
  registerGetModel,
  registerGetModelDrift,
  registerGetModelGraph,
  registerExportModel,
  registerImportModel,
  registerDeleteModel,
];
