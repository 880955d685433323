import { LevigateError, UPLOAD_PURPOSES, UploadFields } from '../../contract/index.ts';

/** Reads the fields beside the file; `expires_after[anchor]` is the form of nested ones. Unknown ones are ignored, as OpenAI does. */
export function parseUploadFields(fields: ReadonlyMap<string, string>): UploadFields {
  const purpose = fields.get('purpose');
  if (purpose === undefined) {
    throw new LevigateError('invalid_request', `the field "purpose" is missing: send one of ${PURPOSES}`, {
      param: 'purpose',
    });
  }
  const anchor = fields.get('expires_after[anchor]');
  const seconds = fields.get('expires_after[seconds]');
  const expiry = anchor === undefined && seconds === undefined ? undefined : { anchor, seconds };
  const parsed = UploadFields.safeParse({ purpose, expires_after: expiry });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue?.path[0] === 'purpose') {
    throw new LevigateError(
      'invalid_file_purpose',
      `"${purpose}" is no purpose of an upload: send one of ${PURPOSES}`,
      { param: 'purpose' },
    );
  }
  const param = `expires_after[${String(issue?.path[1])}]`;
  throw new LevigateError('invalid_request', `"${param}": ${issue?.message ?? 'not valid'}`, { param });
}

const PURPOSES = UPLOAD_PURPOSES.join(', ');
