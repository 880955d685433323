import type { Prediction } from '../sdk/index.ts';

const MAX_TEXT_CHARS = 60;
const MIN_TEXT_CHARS = 20;
const GAP = 2;

/** One line per prediction: the beginning of its text, then its labels; no wider than `columns` where that is possible. */
export function formatPredictions(
  predictions: readonly Prediction[],
  texts: readonly string[],
  columns?: number,
): string[] {
  const labels = predictions.map((prediction) =>
    prediction.labels.map(({ label, score }) => `${label} ${score.toFixed(2)}`).join('  '),
  );
  const room = (columns ?? Infinity) - GAP - Math.max(0, ...labels.map(({ length }) => length));
  const chars = Math.min(MAX_TEXT_CHARS, Math.max(MIN_TEXT_CHARS, room));
  return predictions.map((prediction, row) => {
    const text = shorten(texts[prediction.index] ?? '', chars);
    return [`${text.padEnd(chars + GAP)}${labels[row]}`, ...assuranceLines(prediction)].join('\n');
  });
}

/** What was asked for beside the labels, a line each. */
function assuranceLines({ set, abstained, nearest }: Prediction): string[] {
  return [
    ...(abstained === true ? ['  abstained'] : []),
    ...(set ? [`  cannot be ruled out: ${set.join(', ')}`] : []),
    ...(nearest
      ? [`  nearest: ${nearest.map(({ id, similarity }) => `${id} (${similarity.toFixed(2)})`).join(', ')}`]
      : []),
  ];
}

/** By code points, so that no emoji is cut in two. */
function shorten(text: string, chars: number): string {
  if (text.length <= chars) return text;
  let kept = '';
  for (const point of text) {
    if (kept.length + point.length > chars - 1) break;
    kept += point;
  }
  return `${kept}…`;
}
