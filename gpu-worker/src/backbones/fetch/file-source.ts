import type { OnBackboneProgress } from '../progress.ts';
import type { PinnedFile } from '../registry.ts';

export interface FileRequest {
  readonly file: PinnedFile;
  /** Absolute path the verified file must end up at. */
  readonly target: string;
}

export interface FetchContext {
  readonly onProgress: OnBackboneProgress;
  readonly signal: AbortSignal;
}

/** A place backbones come from. `provide` leaves each file verified at its target, or throws SourceError with the reason. */
export interface FileSource {
  /** As shown to the user. */
  readonly name: string;
  provide(requests: readonly FileRequest[], context: FetchContext): Promise<void>;
}
