/** What a request says of the method, as the SDK's users see it; held equal to the contract as those of `types.ts` are. */

export type Method =
  | 'prior'
  | 'linear_probe'
  | 'best_layer'
  | 'concat_all'
  | 'task_only'
  | 'ensemble'
  | 'levi'
  | 'levi+ensemble'
  | 'levi+task';

/** Those of a report: the last five are trained on request (`levi.baselines`) and never served. */
export type ComparedMethod = Method | 'mlp_matched' | 'head2toe' | 'levi_no_task' | 'levi_last' | 'levi_noise';

/** Changes that are made to held-out rows: to their text, image, or fields. */
export type Corruption =
  | 'typos'
  | 'case'
  | 'punctuation'
  | 'dropped_words'
  | 'truncation'
  | 'spelling'
  | 'noise'
  | 'blur'
  | 'contrast'
  | 'jpeg'
  | 'occlusion'
  | 'missing_fields'
  | 'unseen_ids';

/** Where the parts of a record stand in a file. */
export interface Columns {
  /** Default `text`. Several become one text, a line each: `subject: …`. */
  text?: string | string[] | undefined;
  /** Default `label`. */
  label?: string | undefined;
  /** What else is known of a row, and how to read it; `auto` tells the type from the values, for one column or for all others. */
  fields?: 'auto' | Record<string, 'auto' | 'categorical' | 'number' | 'id' | 'date'> | undefined;
  /** Default `image`, where there is no text. */
  image?: string | undefined;
  /** Domain, source or period of a row. */
  group?: string | undefined;
  /** What a row counts relative to others; above 0. */
  weight?: string | undefined;
  /** What rows are called where they are named to you; never learned from. */
  id?: string | undefined;
}

export type Task = 'single_label' | 'multi_label' | 'regression' | 'ordinal';

/** LEVI's own options of a fine-tuning job; everything has a default. */
export interface ChatOptions {
  /** Instructions; told: `context` where the training file holds different ones, else `ignore`. */
  system?: 'context' | 'ignore' | undefined;
  /** Turns before the last user message. */
  history?: 'context' | 'ignore' | undefined;
  /** The keys of JSON answers, and how their values are spelt. */
  answer?: Record<string, 'text' | 'json'> | undefined;
}

export interface LeviOptions {
  /** Told from the labels when absent: lists of names are multi_label, all else single_label. */
  task?: Task | undefined;
  /** Several answers in one job, each with a column of its own. */
  targets?: Record<string, { column?: string | undefined; task?: Task | undefined }> | undefined;
  /** How chats (`messages`) are read; what is absent is told from the training file. */
  chat?: ChatOptions | undefined;
  /** LEVI's loss. */
  loss?:
    | {
        type?: 'cross_entropy' | 'focal' | undefined;
        focusing?: number | undefined;
        label_smoothing?: number | undefined;
      }
    | undefined;
  /** What to serve; `auto` (default) serves the method with the lowest validation loss. */
  method?: 'auto' | Method | undefined;
  /** `all` trains further baselines and ablations for the report; what is served stays the same. */
  baselines?: 'standard' | 'all' | undefined;
  /** `full`: five seeds and all baselines; what is served stays the same. */
  report?: 'standard' | 'full' | undefined;
  /** 1 to 5: how often to train what depends on the seed, for an interval in the report; the first one is served. */
  seeds?: number | undefined;
  columns?: Columns | undefined;
  /** Labelled files from other sources: reported on, never trained or chosen on. */
  shift_files?: { name: string; file: string }[] | undefined;
  /** A column such as domain, source or month: the report then shows each group left out of training. */
  group_by?: string | undefined;
  /** Report on held-out rows changed in these ways; decides nothing. */
  corruptions?: 'all' | Corruption[] | undefined;
  /** Search LEVI's hyperparameters on the validation rows before training; a budget in trials repeats exactly. */
  search?: { budget: { trials: number } | { seconds: number } } | undefined;
  /** Tapped layers; 0 is the embeddings. */
  layers?: 'all' | number[] | undefined;
  width?: number | undefined;
  beta?: number | undefined;
  view_dropout?: number | undefined;
  /** Hear the task model less where it knows less of an input: for data whose words or ids will change. */
  coverage_gate?: boolean | undefined;
  head_dropout?: number | undefined;
  class_weight?: 'balanced' | Record<string, number> | undefined;
  /** Tokens after which a text is truncated. */
  max_length?: number | undefined;
}
