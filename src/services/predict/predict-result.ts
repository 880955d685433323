import type { PredictResponse, Timings } from '../../contract/index.ts';

export interface PredictResult {
  readonly response: PredictResponse;
  readonly timings: Timings;
}
