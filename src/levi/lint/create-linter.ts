import type { Columns } from '../../contract/levi.ts';
import { LINT_CODES } from '../../contract/lint.ts';
import type { LintFinding } from '../../contract/lint.ts';
import type { NumberedRecord } from '../records/training-record.ts';
import { checkDuplicates } from './check-duplicates.ts';
import { checkFields } from './check-fields.ts';
import { checkFieldValues } from './check-field-values.ts';
import { checkGiveaways } from './check-giveaways.ts';
import { checkGroups } from './check-groups.ts';
import { checkImages } from './check-images.ts';
import { checkLabels } from './check-labels.ts';
import { checkLanguages } from './check-languages.ts';
import { checkNearDuplicates } from './check-near-duplicates.ts';
import { checkTexts } from './check-texts.ts';
import { toLintRow } from './lint-row.ts';

export interface Linter {
  /** The training file's rows come first: the others are compared with them. */
  readonly add: (file: string, row: NumberedRecord) => void;
  /** Worst first; the same rows give the same findings. */
  readonly findings: () => LintFinding[];
}

const SEVERITIES = ['error', 'warn', 'info'] as const satisfies readonly LintFinding['severity'][];

interface LinterOptions {
  /** Tokens after which the backbone cuts a text. */
  readonly maxTokens: number;
  /** As the request named them. */
  readonly columns?: Columns | undefined;
}

/**
 * Looks at rows while they are read, once and in bounded memory (about 70 MB), for what usually spoils a model or its figures.
 */
export function createLinter({ maxTokens, columns = {} }: LinterOptions): Linter {
  const { fields = {} } = columns;
  const checks = [
    checkDuplicates(),
    checkNearDuplicates(),
    checkLabels(),
    checkTexts({ maxTokens }),
    checkLanguages(),
    checkImages(),
    checkGroups(),
    checkGiveaways(),
    checkFields(),
    checkFieldValues({ declared: fields === 'auto' ? [] : Object.keys(fields) }),
  ];
  const rankOf = ({ severity, code }: LintFinding): number =>
    SEVERITIES.indexOf(severity) * LINT_CODES.length + LINT_CODES.indexOf(code);
  return {
    add: (file, numbered) => {
      const row = toLintRow(file, numbered);
      for (const check of checks) check.add(row);
    },
    findings: () => checks.flatMap((check) => check.findings()).sort((a, b) => rankOf(a) - rankOf(b)),
  };
}
