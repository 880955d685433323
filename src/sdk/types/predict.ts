/** At least one of them; which one the model's backbone reads, it says when it is missing. */
export interface PredictRecord {
  text?: string | undefined;
  /** A JPEG, PNG or WebP file as base64, bare or as a data URI; 10 MB at most. */
  image?: string | undefined;
  fields?: Record<string, unknown> | undefined;
}

export interface PredictParams {
  model?: string | undefined;
  /** Many adapters over one backbone pass. */
  models?: string[] | undefined;
  /** One text or record, or up to 256 of them. */
  input: string | PredictRecord | (string | PredictRecord)[];
  top_k?: number | undefined;
  views?: boolean | undefined;
  /** `no-store`: features are neither taken from the cache nor kept in it. */
  cache?: 'default' | 'no-store' | undefined;
  /** Level of a prediction set per answer, such as 0.9: holds the truth nine times in ten, for rows like validation. */
  coverage?: number | undefined;
  /** Marks the answers to withhold so that at most this share of the others is wrong, such as 0.05. */
  abstain_at_risk?: number | undefined;
  /** 1 to 10: training examples to name per answer, ids only. */
  nearest?: number | undefined;
  /** `false` keeps these answers out of the model's drift watch. */
  monitor?: boolean | undefined;
}

export interface LabelScore {
  label: string;
  score: number;
}

export interface TargetAnswer {
  /** The likeliest; null for regression. */
  label: string | null;
  /** Its calibrated probability; null for regression. */
  score: number | null;
  labels: LabelScore[];
  /** multi_label: those more likely than not. */
  predicted?: string[] | undefined;
  /** regression, ordinal: the number estimated. */
  value?: number | undefined;
  views?: { layer: number; labels: LabelScore[]; value?: number | undefined }[] | undefined;
  /** Of the views: Jensen-Shannon divergence in bits, of numbers the standard deviation; 0 for a method of a single view. */
  disagreement: number;
  /** With `coverage`: the labels that cannot be ruled out at it, surest first. */
  prediction_set?: string[] | null | undefined;
  /** With `coverage`, of numbers: the values that cannot be ruled out at it. */
  interval?: { low: number; high: number } | null | undefined;
  /** With `abstain_at_risk`: whether to withhold this answer. */
  abstain?: boolean | null | undefined;
}

export interface Prediction extends TargetAnswer {
  object: 'prediction';
  /** Position of the input. */
  index: number;
  model: string;
  /** How atypical the input is of the training rows: 0.99 is more than 99 % of the validation rows were. */
  shift_score: number | null;
  /** With `nearest`: by id, or `line:N` of the training file; nearest first. */
  nearest?: { id: string; similarity: number }[] | null | undefined;
  /** Of a model of several targets, by name; what stands at the top is the first one. */
  targets?: Record<string, TargetAnswer> | undefined;
}

export interface PredictResponse {
  object: 'list';
  data: Prediction[];
  usage: { input_tokens: number; cached_inputs: number; cached_tokens?: number | undefined };
  /** What could not be done as asked, and what would help. */
  notes?: string[] | undefined;
}
