import type { BackboneInfo } from '../../contract/index.ts';
import { trainingFileError } from '../../levi/records/training-file-error.ts';
import type { NumberedRecord } from '../../levi/records/training-record.ts';

interface CheckModality extends Pick<BackboneInfo, 'modality'> {
  /** The backbone's name. */
  readonly model: string;
  /** The request field that named the file. */
  readonly file: string;
}

/**
 * Throws `invalid_training_file` for a row that holds nothing which the backbone reads. A row of fields alone is for the task model, beside
 * whichever backbone of texts.
 */
export function checkModality({ line, record }: NumberedRecord, { modality, model, file }: CheckModality): void {
  if (modality === 'image' && record.image === undefined)
    throw trainingFileError(
      { file, line, field: 'image' },
      `is missing, and ${model} reads images. Give every row one, or choose a backbone that reads texts.`,
    );
  if (modality === 'text' && record.text === '' && record.fields === undefined)
    throw trainingFileError(
      { file, line, field: 'text' },
      `is missing, and ${model} reads texts. Give every row one, or choose a backbone that reads images, such as mobilenet-v2.`,
    );
}
