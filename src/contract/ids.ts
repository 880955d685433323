/** Prefixes in OpenAI's form where one exists, else `noun_`. */
export const ID_PREFIX = {
  project: 'proj_',
  key: 'key_',
  file: 'file-',
  job: 'ftjob-',
  jobEvent: 'ftevent-',
  checkpoint: 'ftckpt_',
  event: 'evt_',
  webhookEndpoint: 'we_',
  delivery: 'whd_',
  driftTally: 'drift_',
  prediction: 'pred_',
  batch: 'batch_',
  batchLine: 'batch_req_',
  upload: 'upload_',
  uploadPart: 'part_',
  chatCompletion: 'chatcmpl-',
  worker: 'wrk_',
  wait: 'wait_',
  request: 'req_',
} as const;

export type IdKind = keyof typeof ID_PREFIX;
/** An id of one kind cannot be handed over as one of another. */
export type Id<Kind extends IdKind> = string & { readonly __id: Kind };

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford base 32: no i, l, o, u
let lastTimeMs = 0;
let sequence = 0;

const RANDOM_CHARS = 12;
const pool = new Uint8Array(1_200);
let poolPlace = pool.length;

/** Asking for many at a time is a tenth of the cost. Filled on first use: a Worker has no random numbers before its first request. */
function randomByte(): number {
  if (poolPlace === pool.length) {
    crypto.getRandomValues(pool);
    poolPlace = 0;
  }
  poolPlace += 1;
  return pool[poolPlace - 1] ?? 0;
}

/**
 * A new id that sorts by creation within this process: 48 bits of time, a 15-bit sequence, 60 random bits.
 * Workers freeze the clock inside a request, so the sequence keeps the order there.
 */
export function createId<Kind extends IdKind>(kind: Kind, nowMs: number = Date.now()): Id<Kind> {
  sequence = nowMs > lastTimeMs ? 0 : sequence + 1;
  lastTimeMs = Math.max(nowMs, lastTimeMs);
  let tail = '';
  for (let count = 0; count < RANDOM_CHARS; count += 1) tail += ALPHABET.charAt(randomByte() & 31);
  // The brand is a compile-time mark only: this is the one place where it is put on.
  return `${ID_PREFIX[kind]}${base32(lastTimeMs, 10)}${base32(sequence % 32_768, 3)}${tail}` as Id<Kind>;
}

function base32(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = ALPHABET.charAt(rest % 32) + text;
  return text;
}

/** `ft:<base>:<project>:<suffix>:<id>`, OpenAI's form; an empty suffix leaves two colons. */
export function fineTunedModelId(parts: { base: string; project: string; suffix: string | null; job: string }): string {
  return `ft:${parts.base}:${parts.project}:${parts.suffix ?? ''}:${parts.job.slice(-12)}`;
}
