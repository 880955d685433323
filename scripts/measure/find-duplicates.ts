export interface Duplicate {
  readonly lines: number;
  /** `path:line` of both places. */
  readonly places: readonly [string, string];
}

interface CodeLine {
  readonly text: string;
  readonly number: number;
}

interface Text {
  readonly path: string;
  readonly lines: readonly string[];
}

// What many files share without repeating each other's code.
const NO_CODE = /^(?:|[^\w]*|\/\/.*|\/?\*.*|import\b.*|\} from '.*|(?:type )?\w+,)$/;

/** Runs of at least `least` equal lines of code in two places, indentation aside; blank lines, comments, imports and lone punctuation do not count. */
export function findDuplicates(sources: readonly Text[], least: number): readonly Duplicate[] {
  const files = sources.map(({ path, lines }) => ({ path, code: codeOf(lines) }));
  const starts = new Map<string, { readonly file: number; readonly at: number }[]>();
  for (const [file, { code }] of files.entries()) {
    for (let at = 0; at + least <= code.length; at += 1) {
      const key = code
        .slice(at, at + least)
        .map(({ text }) => text)
        .join('\n');
      starts.set(key, [...(starts.get(key) ?? []), { file, at }]);
    }
  }
  const found: Duplicate[] = [];
  for (const places of starts.values()) {
    for (const [index, one] of places.entries()) {
      for (const other of places.slice(index + 1)) {
        const [left, right] = [files[one.file], files[other.file]];
        if (!left || !right || sameText(left.code, one.at - 1, right.code, other.at - 1)) continue;
        let lines = least;
        while (sameText(left.code, one.at + lines, right.code, other.at + lines)) lines += 1;
        found.push({ lines, places: [placeOf(left, one.at), placeOf(right, other.at)] });
      }
    }
  }
  return found.toSorted((one, other) => other.lines - one.lines);
}

const codeOf = (lines: readonly string[]): readonly CodeLine[] =>
  lines.map((line, at) => ({ text: line.trim(), number: at + 1 })).filter(({ text }) => !NO_CODE.test(text));

const sameText = (left: readonly CodeLine[], at: number, right: readonly CodeLine[], other: number): boolean =>
  left[at] !== undefined && left[at].text === right[other]?.text;

const placeOf = ({ path, code }: { readonly path: string; readonly code: readonly CodeLine[] }, at: number): string =>
  `${path}:${code[at]?.number ?? 0}`;
