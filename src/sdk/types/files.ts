export type FilePurpose =
  | 'fine-tune'
  | 'batch'
  | 'user_data'
  | 'evals'
  | 'assistants'
  | 'vision'
  | 'batch_output'
  | 'fine-tune-results';

export interface FileObject {
  id: string;
  object: 'file';
  /** Size in bytes. */
  bytes: number;
  /** Unix seconds. */
  created_at: number;
  filename: string;
  purpose: FilePurpose;
  status: 'uploaded' | 'processed' | 'error';
  expires_at: number | null;
  /** Hex. */
  sha256: string;
}
