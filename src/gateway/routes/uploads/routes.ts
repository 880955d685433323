import { registerAddUploadPart } from './add-part.ts';
import { registerCancelUpload } from './cancel.ts';
import { registerCompleteUpload } from './complete.ts';
import { registerCreateUpload } from './create.ts';

export const uploadRoutes = [registerCreateUpload, registerAddUploadPart, registerCompleteUpload, registerCancelUpload];
