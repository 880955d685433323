/** What is wrong with a Parquet file, as the end of a sentence that names the file. */
export class ParquetError extends Error {
  override readonly name = 'ParquetError';
}
