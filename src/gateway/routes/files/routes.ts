import { registerGetFileContent } from './content.ts';
import { registerCreateFile } from './create.ts';
import { registerDeleteFile } from './delete.ts';
import { registerGetFile } from './get.ts';
import { registerListFiles } from './list.ts';

export const fileRoutes = [
  registerCreateFile,
  registerListFiles,
  registerGetFile,
  registerGetFileContent,
  registerDeleteFile,
];
