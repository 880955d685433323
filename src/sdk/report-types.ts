import type { ComparedMethod, LintFinding, Method } from './types.ts';

/** A figure with its 95 % bootstrap interval. */
export interface Figure {
  value: number;
  low: number | null;
  high: number | null;
}

export interface SplitMetrics {
  n: number;
  accuracy: Figure;
  macro_f1: number;
  loss: number;
  ece: number;
}

export interface MethodReport {
  method: ComparedMethod;
  /** Of calibrated answers. */
  validation_loss: number;
  validation_accuracy: number;
  /** Fitted on the validation rows; the expected calibration error on the held-out rows without and with it. */
  calibration: { temperature: number; ece_before: number; ece_after: number };
  id: SplitMetrics;
  shifts: (SplitMetrics & { name: string })[];
  seconds: number;
  parameters: number;
  bytes: number;
  detail: Record<string, unknown>;
}

export interface Gain {
  method: ComparedMethod;
  id: Figure;
  ood: Figure | null;
}

export interface FineTuningReport {
  object: 'fine_tuning.report';
  served: Method;
  chosen_by: 'validation_loss' | 'one_standard_error' | 'request';
  /** One sentence that follows the rules of reporting. */
  verdict: string;
  methods: MethodReport[];
  gain: { over_linear_probe: Gain | null; over_best_baseline: Gain | null };
  confusion: { labels: string[]; counts: number[][] };
  per_class: { label: string; support: number; precision: number; recall: number; f1: number }[];
  /** Answering only when sure: the share of wrong answers among the surest rows, and the lowest score among them. */
  risk_coverage: { coverage: number; risk: number; score: number }[];
  /** Accuracy over `levi.seeds` seeds; empty with one. */
  seeds: { method: ComparedMethod; runs: number; id: Figure; ood: Figure | null }[];
  worst_shift: { name: string; accuracy: Figure } | null;
  curve: {
    method: ComparedMethod;
    epoch: number;
    step: number;
    train_loss: number;
    valid_loss: number;
    valid_accuracy: number;
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
