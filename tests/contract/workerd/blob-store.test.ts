import { createR2BlobStore } from '../../../src/platform/cloudflare/blob-store.ts';
import { describeBlobStore } from '../blob-store.ts';
import { emptyBucket, nothingToClose } from './storage.ts';

describeBlobStore('workerd', async () => ({
  store: createR2BlobStore(await emptyBucket()),
  [Symbol.asyncDispose]: nothingToClose,
}));
