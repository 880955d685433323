export interface MachineContext {
  /** As the gateway would read it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The worker's own look at itself: native code runs in a process that may end. */
  readonly workerCheck: string;
}
