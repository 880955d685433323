export interface Model {
  id: string;
  object: 'model';
  created: number;
  owned_by: string;
  /** The backbone. */
  root: string;
  parent: string | null;
}

/** At least 200 predictions, compared with the validation rows. */
export interface DriftWindow {
  ended_at: number;
  rows: number;
  /** About 0.5 for inputs like the validation rows. */
  mean_shift: number;
  /** Which the mean leaves, without drift, in 3 of 10,000 windows of this size. */
  shift_band: [number, number];
  /** How often it would be as far from 0.5, or further, without drift. */
  shift_p: number;
  /** Of labels, or of ranges of numbers. */
  label_rates: Record<string, number> | null;
  /** Total variation between these rates and those of the validation rows, 0 to 1. */
  label_distance: number | null;
  label_p: number | null;
}

export interface ModelDrift {
  object: 'model.drift';
  model: string;
  /** `collecting`: no window is full yet; `unavailable`: there is nothing to compare with. */
  state: 'unavailable' | 'collecting' | 'stable' | 'drifting';
  since: number | null;
  collected: { rows: number; needed: number };
  /** The validation rows. */
  reference: { rows: number; label_rates: Record<string, number> | null } | null;
  /** The last ones, newest first. */
  windows: DriftWindow[];
}
