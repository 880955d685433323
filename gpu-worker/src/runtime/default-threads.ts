import { availableParallelism } from 'node:os';

export const defaultThreads = (): number => Math.max(1, availableParallelism());
