import { resolve } from 'node:path';
import { MinchatError } from '@minchat/errors';
import type { NatsConnection } from 'nats';
import { retrying } from '../nats-errors.ts';
import { artifactStream, ensureStream } from '../topology.ts';
import type { BlobStore } from './blob-store.ts';
import { openFileBlobs } from './file-blobs.ts';
import { natsBlobs } from './nats-blobs.ts';

/** Opens what ARTIFACT_STORE names. Throws MC_CONFIG_INVALID. */
export async function openBlobs(url: string, nats: NatsConnection, replicas = 1): Promise<BlobStore> {
  if (url === 'nats:') {
    const manager = await nats.jetstreamManager();
    await retrying('creating the stream ARTIFACTS', () => ensureStream(manager, artifactStream, replicas));
    return natsBlobs(nats, manager);
  }
  if (url.startsWith('file:')) return openFileBlobs(resolve(url.slice('file:'.length)));
  const s3 = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(url);
  if (s3?.[1] !== undefined) {
    // Loaded only where it is used: the client is large.
    const { s3Blobs } = await import('./s3-blobs.ts');
    return s3Blobs(s3[1], s3[2] ?? '');
  }
  throw new MinchatError('MC_CONFIG_INVALID', `ARTIFACT_STORE=${url}: expected nats:, file:FOLDER or s3://bucket/prefix`);
}
