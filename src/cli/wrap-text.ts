const INDENT = '  ';

/** Of standard output; undefined where it is no terminal, or one that does not know its width and says 0. */
export const terminalColumns = (): number | undefined => process.stdout.columns || undefined;

/** Indented lines of whole words, as wide as `columns` allows; one line where there is no width, for logs and pipes. */
export function wrapText(text: string, columns: number | undefined): string {
  if (columns === undefined) return INDENT + text;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && INDENT.length + line.length + 1 + word.length > columns) {
      lines.push(INDENT + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, INDENT + line].join('\n');
}
