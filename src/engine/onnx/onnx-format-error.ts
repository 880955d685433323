/** The bytes are not a well-formed ONNX file; `message` says which part and at which byte. */
export class OnnxFormatError extends Error {
  override readonly name = 'OnnxFormatError';
}
