const KIB = 1024;
const MIB = 1024 * KIB;

/** Every bound of the API in one place; each is named in the error that enforces it. */
export const LIMITS = {
  jsonBodyBytes: 4 * MIB,
  predictBodyBytes: 16 * MIB,
  fileBytes: 512 * MIB,
  uploadBytes: 8 * 1024 * MIB,
  uploadPartBytes: 64 * MIB,
  uploadParts: 500,
  filenameChars: 255,
  trainingLineBytes: 1 * MIB,
  columnNameChars: 256,
  textColumns: 16,
  trainingRows: 100_000,
  /** Blank ones and line breaks within cells included. */
  trainingLines: 1_000_000,
  minTrainingRows: 10,
  labels: 1_000,
  labelChars: 256,
  /** Of one record, in a multi-label task. */
  labelsPerRecord: 100,
  targets: 16,
  /** Different numbers of an ordinal task. */
  levels: 100,
  shiftFiles: 16,
  imageBytes: 10 * MIB,
  imagePixels: 100_000_000,
  archiveEntries: 120_000,
  /** Of everything in an archive, or of a compressed file. */
  unpackedBytes: 1024 * MIB,
  searchTrials: 64,
  searchSeconds: 3_600,
  predictInputs: 256,
  predictModels: 1_000,
  /** Inputs times models of one request. */
  predictAnswers: 25_600,
  /** How long a request may wait for a worker to wake. */
  scaleUpSeconds: 600,
  predictTextChars: 100_000,
  predictNearest: 10,
  batchLines: 50_000,
  batchFileBytes: 200 * MIB,
  batchErrors: 100,
  embeddingInputs: 2_048,
  embeddingTokens: 8_192,
  /** Of all inputs of a request. */
  embeddingRequestTokens: 300_000,
  metadataPairs: 16,
  metadataKeyChars: 64,
  metadataValueChars: 512,
  suffixChars: 64,
  webhookEndpoints: 20,
  adapterBytes: 256 * MIB,
  checkpointBytes: 512 * MIB,
  exportBytes: 3 * 1024 * MIB,
  pageDefault: 20,
  pageMax: 100,
  filesPageMax: 10_000,
  jobAttempts: 5,
  /** Of a job's method, hyperparameters, `levi` and metadata, as JSON. */
  jobOptionsBytes: 256 * KIB,
  eventMessageChars: 2_000,
  /** Of an event's `data`, as JSON. */
  eventDataChars: 4_000,
  verificationDifferences: 50,
} as const;
