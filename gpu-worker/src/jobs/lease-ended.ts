/** Why work on a leased job must stop: the reason of the lease's abort signal. */
export class LeaseEnded extends Error {
  override readonly name = 'LeaseEnded';
  /** `lost`: another attempt has the job, nothing may be written. `shutdown`: this worker stops. The others are the user's orders. */
  readonly kind: 'lost' | 'cancel' | 'pause' | 'shutdown';

  constructor(kind: LeaseEnded['kind']) {
    super(`the lease ended: ${kind}`);
    this.kind = kind;
  }
}
