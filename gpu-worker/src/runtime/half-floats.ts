/** Widens IEEE half floats, given as their bits, to single precision. */
export function widenHalfs(halfs: Uint16Array): Float32Array {
  return new Float32Array(new Float16Array(halfs.buffer, halfs.byteOffset, halfs.length));
}

/** Rounds to IEEE half floats and returns their bits: Float16Array itself does not pass Node's IPC. */
export function roundToHalfs(values: Float32Array): Uint16Array {
  return new Uint16Array(new Float16Array(values).buffer);
}
