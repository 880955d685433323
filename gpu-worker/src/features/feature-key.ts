import { hash } from 'node:crypto';

/** Names an input's features. Two projects never share one: a hit must not tell one tenant what another has sent. */
export interface FeatureKey {
  /** 128 bits of everything that decides the features, and the project's salt. */
  readonly id: string;
  /** The project, as far as a purge must know it: not its salt. */
  readonly project: string;
}

export interface FeatureKeyParts {
  readonly cacheSalt: string;
  /** Of backbone, precision and taps. */
  readonly backboneFingerprint: string;
  /** In tokens; 0 for images. */
  readonly maxLength: number;
  /** Token ids, or an image's file. */
  readonly content: Int32Array | Uint8Array;
}

export const ID_BYTES = 16;
export const PROJECT_BYTES = 8;
const TAP_SPECIFICATION = 'fp16-all-taps-1';

export function featureKey({ cacheSalt, backboneFingerprint, maxLength, content }: FeatureKeyParts): FeatureKey {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const named = `${cacheSalt}\0${backboneFingerprint}\0${TAP_SPECIFICATION}\0${maxLength}\0`;
  // In one call: three took twice as long, for each of a request's texts.
  const digest = hash('sha256', Buffer.concat([Buffer.from(named), bytes]));
  return { id: digest.slice(0, 2 * ID_BYTES), project: projectOf(cacheSalt) };
}

let lastSalt = '';
let lastProject = '';

/** What stands for a project in caches: from its salt, which it does not give away. */
export function projectOf(cacheSalt: string): string {
  // Requests and jobs ask for one project's keys many times in a row.
  if (cacheSalt === lastSalt) return lastProject;
  lastSalt = cacheSalt;
  lastProject = hash('sha256', `project\0${cacheSalt}`).slice(0, PROJECT_BYTES * 2);
  return lastProject;
}
