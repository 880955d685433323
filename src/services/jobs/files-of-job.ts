import type { LeviOptions } from '../../contract/index.ts';

/** A file that a job reads, and the request field that named it. */
export interface JobFile {
  readonly id: string;
  readonly param: string;
}

interface FileFields {
  readonly trainingFile: string;
  readonly validationFile?: string | null | undefined;
  readonly levi: LeviOptions;
}

/** Every file of a job, the training file first. */
export function filesOfJob({ trainingFile, validationFile, levi }: FileFields): JobFile[] {
  return [
    { id: trainingFile, param: 'training_file' },
    ...(validationFile ? [{ id: validationFile, param: 'validation_file' }] : []),
    ...(levi.shift_files ?? []).map(({ file }, index) => ({ id: file, param: `levi.shift_files.${index}.file` })),
  ];
}
