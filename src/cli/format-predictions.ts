import type { Prediction, TargetAnswer } from '../sdk/index.ts';

const MAX_TEXT_CHARS = 60;
const MIN_TEXT_CHARS = 20;
const GAP = 2;

/** One line per prediction: the beginning of its text, then its labels; no wider than `columns` where that is possible. */
export function formatPredictions(
  predictions: readonly Prediction[],
  texts: readonly string[],
  columns?: number,
): string[] {
  const labels = predictions.map(({ targets, ...only }) =>
    targets === undefined
      ? formatAnswer(only)
      : Object.entries(targets)
          .map(([name, answer]) => `${name}: ${formatAnswer(answer)}`)
          .join('  '),
  );
  const room = (columns ?? Infinity) - GAP - Math.max(0, ...labels.map(({ length }) => length));
  const chars = Math.min(MAX_TEXT_CHARS, Math.max(MIN_TEXT_CHARS, room));
  return predictions.map((prediction, row) => {
    const text = shorten(texts[prediction.index] ?? '', chars);
    return [`${text.padEnd(chars + GAP)}${labels[row]}`, ...assuranceLines(prediction)].join('\n');
  });
}

/** What was asked for beside the answers, a line each. */
function assuranceLines({ targets, nearest, ...only }: Prediction): string[] {
  const named = Object.entries(targets ?? { '': only });
  return [
    ...named.flatMap(([name, answer]) =>
      answerLines(answer).map((line) => `  ${name === '' ? '' : `${name}: `}${line}`),
    ),
    ...(nearest
      ? [`  nearest: ${nearest.map(({ id, similarity }) => `${id} (${similarity.toFixed(2)})`).join(', ')}`]
      : []),
  ];
}

function answerLines({ prediction_set: set, interval, abstain }: TargetAnswer): string[] {
  return [
    ...(abstain === true ? ['abstained'] : []),
    ...(set ? [`cannot be ruled out: ${set.join(', ')}`] : []),
    ...(interval ? [`cannot be ruled out: ${interval.low.toPrecision(4)} to ${interval.high.toPrecision(4)}`] : []),
  ];
}

function formatAnswer({ labels, value }: TargetAnswer): string {
  const scores = labels.map(({ label, score }) => `${label} ${score.toFixed(2)}`);
  return [...(value === undefined ? [] : [value.toPrecision(4)]), ...scores].join('  ');
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
