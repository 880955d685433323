import { LevigateError } from '../../contract/index.ts';

/** The blob that a condition asked for is not the one that is there. */
export const blobChanged = (key: string): LevigateError =>
  new LevigateError('blob_changed', `the stored bytes of ${key} are not the ones that were meant: begin again`);

/** @throws `blob_changed` unless the condition names this version or none */
export function assertVersion(key: string, version: string, ifVersion: string | undefined): void {
  if (ifVersion !== undefined && ifVersion !== version) throw blobChanged(key);
}
