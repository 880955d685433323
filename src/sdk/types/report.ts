import type { ComparedMethod, Method, Task } from './levi.ts';
import type { LintFinding } from './fine-tuning.ts';

/** A figure with its 95 % interval. */
export interface Figure {
  value: number;
  low: number | null;
  high: number | null;
}

export interface SplitMetrics {
  n: number;
  /** The task's own figure: see `metric`. */
  score: Figure;
  loss: number;
  accuracy?: Figure | undefined;
  macro_f1?: number | undefined;
  micro_f1?: number | undefined;
  exact_match?: number | undefined;
  ece?: number | undefined;
  mae?: number | undefined;
  r2?: number | undefined;
}

/** A shift file, held-out rows that a built-in corruption changed, or a group that was left out of training. */
export type ShiftKind = 'file' | 'corruption' | 'group';

export interface MethodReport {
  method: ComparedMethod;
  /** Of calibrated answers. */
  validation_loss: number;
  validation_score: number;
  /** Fitted on the validation rows; the expected calibration error on the held-out rows without and with it. */
  calibration: {
    temperature: number | null;
    deviation: number | null;
    ece_before: number | null;
    ece_after: number | null;
  };
  id: SplitMetrics;
  /** Files, corruptions, then groups; of a group the method as trained without it. */
  shifts: (SplitMetrics & { name: string; kind: ShiftKind })[];
  /** Mean over the shift files, and how much worse that is than on held-out rows; null where none was given. */
  ood: { score: Figure; gap: Figure } | null;
  /** The same over the groups left out. */
  groups: { score: Figure; gap: Figure } | null;
  seconds: number;
  /** What answering with this adapter adds to the backbone's own pass. */
  added_latency_ms: { one_row: number; batch_of_32: number };
  parameters: number;
  bytes: number;
  detail: Record<string, unknown>;
}

export interface Gain {
  method: ComparedMethod;
  id: Figure;
  /** Mean over the shift files. */
  ood: Figure | null;
  /** Mean over the groups left out. */
  groups: Figure | null;
  /** Each shift file and group alone. */
  shifts: (Figure & { name: string; kind: Exclude<ShiftKind, 'corruption'> })[];
  /** Over how many seeds it is averaged. */
  seeds: number;
}

/** What a job says of one target. */
export interface TargetReport {
  target: string;
  task: Task;
  metric: { name: 'accuracy' | 'example_f1' | 'rmse'; higher_is_better: boolean };
  served: Method;
  chosen_by: 'validation_loss' | 'one_standard_error' | 'request';
  /** One sentence that follows the rules of reporting. */
  verdict: string;
  methods: MethodReport[];
  gain: { over_linear_probe: Gain | null; over_best_baseline: Gain | null };
  confusion: { labels: string[]; counts: number[][] } | null;
  per_class: { label: string; support: number; precision: number; recall: number; f1: number }[];
  /** Answering only when sure: the share of wrong answers among the surest rows, and the lowest score among them. */
  risk_coverage: { coverage: number; risk: number; score: number }[];
  /** The score over `levi.seeds` seeds; empty with one. */
  seeds: { method: ComparedMethod; runs: number; id: Figure; ood: Figure | null }[];
  worst_shift: { name: string; score: Figure } | null;
  worst_group: { name: string; score: Figure } | null;
  /** What a search for LEVI's hyperparameters tried, the request's own first; empty without one. */
  search: {
    config: {
      width: number;
      head_dropout: number;
      view_dropout: number;
      weight_decay: number;
      learning_rate: number;
    };
    epochs: number;
    valid_loss: number;
    is_chosen: boolean;
  }[];
  curve: {
    method: ComparedMethod;
    epoch: number;
    step: number;
    train_loss: number;
    /** See `metric`; of the epoch's batches, each as it was answered before its step, with dropout. */
    train_score: number;
    valid_loss: number;
    valid_score: number;
  }[];
  data: {
    rows: number;
    train: number;
    validation: number;
    test: number;
    labels: Record<string, number>;
    truncated_texts: number;
    duplicate_texts: number;
  };
  provenance: {
    backbone: string;
    backbone_fingerprint: string;
    engine_version: string;
    seed: number;
    threads: number;
    device: string;
    /** What computed, and its version. */
    runtime: string;
    training_file_sha256: string;
    validation_file_sha256: string | null;
  };
  /** What a look at the files found, worst first. */
  lint: LintFinding[];
  notes: string[];
}

export interface FineTuningReport extends TargetReport {
  object: 'fine_tuning.report';
  /** Of a job of several targets: all but the first one. */
  other_targets: TargetReport[];
}
