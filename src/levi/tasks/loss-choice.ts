/** What LEVI may be trained by instead of its family's plain loss. */
export interface LossChoice {
  readonly type: 'cross_entropy' | 'focal';
  readonly focusing: number;
  /** Share of each target that goes to all answers in equal parts. */
  readonly smoothing: number;
}
