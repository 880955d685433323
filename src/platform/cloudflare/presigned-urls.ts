import { AwsClient } from 'aws4fetch';
import type { DirectBlobs } from '../../services/ports.ts';
import { parseBlobKey } from '../neutral/blob-key.ts';

export interface BucketAccess {
  /** Of R2's S3 interface, with the bucket: https://<account>.r2.cloudflarestorage.com/<bucket>. */
  readonly bucketUrl: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** R2's S3 interface knows this region alone. */
const REGION = 'auto';

/** URLs that R2 itself answers, signed (AWS Signature Version 4) with the bucket's credentials. */
export function createPresignedUrls({ bucketUrl, ...credentials }: BucketAccess): DirectBlobs {
  const client = new AwsClient({ ...credentials, service: 's3', region: REGION });
  const base = bucketUrl.replace(/\/+$/, '');

  async function sign(key: string, expiresS: number, init: Pick<RequestInit, 'method' | 'headers'>): Promise<string> {
    const url = new URL(`${base}/${parseBlobKey(key).join('/')}`);
    url.searchParams.set('X-Amz-Expires', String(expiresS));
    // With all headers: the length of a body is signed, too.
    const { url: signed } = await client.sign(url, { ...init, aws: { signQuery: true, allHeaders: true } });
    return signed;
  }

  return {
    putUrl: (key, { sizeBytes, expiresS }) =>
      sign(key, expiresS, { method: 'PUT', headers: { 'content-length': String(sizeBytes) } }),
    getUrl: (key, { expiresS }) => sign(key, expiresS, { method: 'GET' }),
  };
}
