import { expect, test } from 'vitest';
import { toPrediction } from '../../../gpu-worker/src/predict/to-prediction.ts';

const row = {
  index: 2,
  model: 'ft:m',
  labels: ['a', 'b', 'c'],
  probabilities: [0.25, 0.5, 0.25],
  views: null,
  disagreement: 0,
  topK: undefined,
  assurance: { shift: 0.25 },
};

test('labels stand by falling score, the first of equals first', () => {
  expect(toPrediction(row)).toEqual({
    object: 'prediction',
    index: 2,
    model: 'ft:m',
    label: 'b',
    score: 0.5,
    labels: [
      { label: 'b', score: 0.5 },
      { label: 'a', score: 0.25 },
      { label: 'c', score: 0.25 },
    ],
    disagreement: 0,
    shift: 0.25,
  });
});

test('top_k cuts labels and views alike', () => {
  const views = [{ layer: 6, probabilities: [0.1, 0.2, 0.7] }];
  const prediction = toPrediction({ ...row, views, disagreement: 0.04, topK: 1 });
  expect(prediction.labels).toEqual([{ label: 'b', score: 0.5 }]);
  expect(prediction.views).toEqual([{ layer: 6, labels: [{ label: 'c', score: 0.7 }] }]);
  expect(prediction.disagreement).toBe(0.04);
});
