import { expect, test } from 'vitest';
import type { Task } from '../../../src/contract/levi.ts';
import { tensor } from '../../../src/engine/index.ts';
import { DEVIATION } from '../../../src/levi/index.ts';
import type { Adapter, Answers } from '../../../src/levi/index.ts';
import { toPrediction } from '../../../gpu-worker/src/predict/to-prediction.ts';
import type { AnsweredTarget } from '../../../gpu-worker/src/predict/to-prediction.ts';

interface Case {
  readonly task: Task;
  readonly labels: readonly string[];
  /** Of input 0. */
  readonly answer: readonly number[];
  readonly view?: readonly number[];
  readonly name?: string;
}

/** As much of an adapter and its answers as the wire object needs. */
function answered({ task, labels, answer, view, name = 'label' }: Case): AnsweredTarget {
  const matrix = (values: readonly number[]) => ({ rows: 1, outputs: values.length, data: Float32Array.from(values) });
  const output: Answers = {
    answers: matrix(answer),
    views: view === undefined ? null : [{ layer: 6, answers: matrix(view) }],
    disagreement: view === undefined ? null : Float32Array.of(0.25),
  };
  const adapter = {
    labels,
    manifest: { task },
    architecture: { spec: { outputs: answer.length } },
    tensors: { [DEVIATION]: tensor(Float32Array.of(1), [1, 1]) },
  } as unknown as Adapter;
  return { name, adapter, output, assured: [{ shift_score: 0.25 }] };
}

const single: Case = { task: 'single_label', labels: ['a', 'b', 'c'], answer: [0.25, 0.5, 0.25] };
const predict = (cases: readonly Case[], request = {}) =>
  toPrediction({ index: 0, model: 'ft:m', answered: cases.map(answered), request });

test('labels stand by falling score, the first of equals first', () => {
  expect(predict([single])).toEqual({
    object: 'prediction',
    index: 0,
    model: 'ft:m',
    label: 'b',
    score: 0.5,
    labels: [
      { label: 'b', score: 0.5 },
      { label: 'a', score: 0.25 },
      { label: 'c', score: 0.25 },
    ],
    disagreement: 0,
    shift_score: 0.25,
  });
});

test('top_k cuts labels and views alike', () => {
  const prediction = predict([{ ...single, view: [0.125, 0.25, 0.625] }], { top_k: 1, views: true });
  expect(prediction.labels).toEqual([{ label: 'b', score: 0.5 }]);
  expect(prediction.views).toEqual([{ layer: 6, labels: [{ label: 'c', score: 0.625 }] }]);
  expect(prediction.disagreement).toBe(0.25);
});

test('labels that do not exclude each other are predicted where they are more likely than not', () => {
  const prediction = predict([{ task: 'multi_label', labels: ['a', 'b', 'c'], answer: [0.75, 0.25, 0.5] }]);
  expect(prediction).toMatchObject({ label: 'a', score: 0.75, predicted: ['a', 'c'] });
  expect(predict([{ task: 'multi_label', labels: ['a'], answer: [0.25] }]).predicted).toEqual([]);
});

test('a number is answered as a value, without labels', () => {
  const prediction = predict([{ task: 'regression', labels: [], answer: [3.5], view: [3.25] }], { views: true });
  expect(prediction).toMatchObject({ label: null, score: null, labels: [], value: 3.5, disagreement: 0.25 });
  expect(prediction.views).toEqual([{ layer: 6, labels: [], value: 3.25 }]);
});

test('a rating is answered as a value and the probabilities of its levels, which sum to one', () => {
  const prediction = predict([{ task: 'ordinal', labels: ['1', '2', '3', '4', '5'], answer: [3.75] }]);
  expect(prediction).toMatchObject({ label: '4', value: 3.75 });
  expect(prediction.labels.map(({ label }) => label)).toEqual(['4', '3', '5', '2', '1']);
  expect(prediction.labels.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 6);
});

test('several targets stand by name, the first one at the top, too', () => {
  const prediction = predict([
    { ...single, name: 'intent' },
    { task: 'regression', labels: [], answer: [0.5], name: 'urgency' },
  ]);
  expect(prediction.label).toBe('b');
  expect(prediction.targets?.['urgency']).toMatchObject({ value: 0.5, label: null });
  expect(prediction.targets?.['intent']).toMatchObject({ label: 'b', score: 0.5 });
});
