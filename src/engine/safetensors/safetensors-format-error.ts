/** The bytes are not a well-formed safetensors file; `message` says which tensor and what is wrong. */
export class SafetensorsFormatError extends Error {
  override readonly name = 'SafetensorsFormatError';
}
