// The engine's public face: graphs, gradients, ONNX in and out, training. Knows nothing of LEVI and loads no native module.

export { gradients } from './autodiff/gradients.ts';
export { GraphError } from './graph-error.ts';
export { bertFeatureGraph } from './encoders/bert-feature-graph.ts';
export { bertParameterNames, readBertParameters } from './encoders/bert-parameters.ts';
export type { BertConfig } from './encoders/bert-parameters.ts';
export { bertHiddenStates } from './encoders/bert.ts';
export { poolHiddenStates } from './encoders/pool-hidden-states.ts';
export { createGraph } from './autodiff/create-graph.ts';
export { formatGraph } from './graph/format-graph.ts';
export type { OpType } from './graph/operators.ts';
export type { Graph, NamedValue, Node, Value, ValueType } from './graph/types.ts';
export { compileForHost } from './host/compile-for-host.ts';
export type { HostProgram } from './host/compile-for-host.ts';
export { createHostMemory } from './host/host-memory.ts';
export type { HostMemory } from './host/host-memory.ts';
export { toOnnx } from './lowering/to-onnx.ts';
export type { OnnxFile, ToOnnxOptions } from './lowering/to-onnx.ts';
export { decodeModel } from './onnx/decode-model.ts';
export { encodeModel } from './onnx/encode-model.ts';
export type { WeightChunk } from './onnx/external-weights.ts';
export { OnnxFormatError } from './onnx/onnx-format-error.ts';
export type { ReadExternalData } from './onnx/tensor-bytes.ts';
export type { OnnxModel } from './onnx/types.ts';
export * from './ops/elementwise.ts';
export { sigmoidFocalLoss, softmaxFocalLoss } from './ops/focal.ts';
export type { FocalOptions } from './ops/focal.ts';
export { gather, gatherElements, scatterElementsAdd } from './ops/gather.ts';
export { averagePool2d, conv2d, convTranspose2d, globalAveragePool, maxPool2d } from './ops/images.ts';
export { iota } from './ops/iota.ts';
export { sigmoidCrossEntropy, smoothLabels, softmaxCrossEntropy, squaredError } from './ops/losses.ts';
export { gemm, linear, matmul, transpose, transposeMatrix } from './ops/matrix.ts';
export { layerNorm, logSoftmax, softmax } from './ops/normalise.ts';
export type { Operand } from './ops/operand.ts';
export { coralCrossEntropy, orderedThresholds, ordinalCrossEntropy, ordinalLogProbabilities } from './ops/ordinal.ts';
export type { OrdinalScores } from './ops/ordinal.ts';
export { reduceMax, reduceMean, reduceSum } from './ops/reduce.ts';
export { concat, expand, flatten, pad, reshape, slice, squeeze, unsqueeze } from './ops/shape.ts';
export type { Runtime, Session, StatefulSession, StateSlot } from './runtime.ts';
export type { Dimension, Shape } from './shape/dimension.ts';
export { float32Data, sizeOf, tensor } from './tensor.ts';
export type { DType, Tensor, TensorData } from './tensor.ts';
export { findImageTaps } from './tap/find-image-taps.ts';
export type { ImageTaps } from './tap/find-image-taps.ts';
export { findLayerTaps } from './tap/find-layer-taps.ts';
export { tapImageModel } from './tap/tap-image-model.ts';
export { TAP_SPEC_VERSION } from './tap/spec-versions.ts';
export { tapModel } from './tap/tap-model.ts';
export { weightsPrecision } from './tap/weights-precision.ts';
export { bernoulliArray, dropoutMask, normalArray, uniformArray } from './random/arrays.ts';
export { createRandom } from './random/random.ts';
export type { Random, RandomState } from './random/random.ts';
export { readSafetensors } from './safetensors/read-safetensors.ts';
export type { SafetensorsFile } from './safetensors/read-safetensors.ts';
export { SafetensorsFormatError } from './safetensors/safetensors-format-error.ts';
export { writeSafetensors } from './safetensors/write-safetensors.ts';
export { createMoments, stepAdamW, stepAdamWRows } from './train/adam-w.ts';
export type { AdamWOptions, AdamWUpdate, Moments, SparseRows } from './train/adam-w.ts';
export { createDeviceTrainer } from './train/create-device-trainer.ts';
export type { DeviceTrainer } from './train/create-device-trainer.ts';
export { createTrainer } from './train/create-trainer.ts';
export type { Trainer } from './train/create-trainer.ts';
export type {
  Evaluation,
  Feeds,
  OptimizerOptions,
  StepOptions,
  StepResult,
  TrainerOptions,
} from './train/trainer-options.ts';
export type { TrainerState } from './train/trainer-state.ts';
