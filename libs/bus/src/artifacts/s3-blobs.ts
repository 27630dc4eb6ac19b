import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Readable } from 'node:stream';
import { MinchatError, toMinchatError } from '@minchat/errors';
import { counted, type BlobStore } from './blob-store.ts';

function isMissing(error: unknown): boolean {
  return error instanceof Error && ['NoSuchKey', 'NotFound'].includes(error.name);
}

function failed(doing: string, error: unknown): MinchatError {
  const known = toMinchatError(error);
  if (known.code !== 'MC_INTERNAL') return known;
  const found = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new MinchatError('MC_STORE_UNAVAILABLE', `${doing}: expected an answer from S3, found ${found}`, { cause: error });
}

/**
 * `s3://bucket/prefix`: one object per blob. Region, credentials and endpoint come from the
 * variables that every AWS tool reads (AWS_REGION, AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL_S3, ...).
 */
export function s3Blobs(bucket: string, prefix: string): BlobStore {
  const ownEndpoint = process.env['AWS_ENDPOINT_URL_S3'] || process.env['AWS_ENDPOINT_URL'];
  const client = new S3Client({
    region: process.env['AWS_REGION'] || 'us-east-1',
    // By themselves they would wait for ever for a store that says nothing.
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 120_000 },
    // Stores that are not Amazon's seldom have a host name per bucket, or the newer checksums.
    forcePathStyle: Boolean(ownEndpoint),
    ...(ownEndpoint && { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' }),
  });
  const at = (name: string) => ({ Bucket: bucket, Key: prefix === '' ? name : `${prefix}/${name}` });

  async function missingIsUndefined<T>(doing: string, work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw failed(doing, error);
    }
  }

  async function remove(name: string): Promise<void> {
    await missingIsUndefined(`removing ${name}`, client.send(new DeleteObjectCommand(at(name))));
  }

  return {
    async storedAt(name, size) {
      const found = await missingIsUndefined(`looking for ${name}`, client.send(new HeadObjectCommand(at(name))));
      return size === undefined || found?.ContentLength === size ? found?.LastModified?.getTime() : undefined;
    },
    async list(folder) {
      const { Key } = at(folder);
      const names: string[] = [];
      try {
        for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: Key })) {
          names.push(...Contents.map((object) => folder + (object.Key ?? '').slice(Key.length)));
        }
      } catch (error) {
        throw failed(`listing ${folder}`, error);
      }
      return names;
    },
    async put(name, size, source, { signal, onBytes }) {
      const body = Readable.from(size === 0 ? [] : source(0, size));
      // In parts, of which a few are held in memory; an upload that breaks off leaves no object.
      const upload = new Upload({ client, params: { ...at(name), Body: body.pipe(counted(onBytes)) } });
      const abort = (): void => void upload.abort();
      signal?.addEventListener('abort', abort, { once: true });
      try {
        await upload.done();
      } catch (error) {
        signal?.throwIfAborted();
        throw failed(`storing ${name}`, error);
      } finally {
        signal?.removeEventListener('abort', abort);
        body.destroy();
      }
    },
    async *get(name, _size, { signal, onBytes }) {
      const found = await missingIsUndefined(`fetching ${name}`, client.send(new GetObjectCommand(at(name)), signal ? { abortSignal: signal } : {}));
      if (!found?.Body) throw new MinchatError('MC_ARTIFACT_MISSING', `expected ${name} in the bucket ${bucket}, found nothing`);
      try {
        for await (const chunk of found.Body as Readable) {
          signal?.throwIfAborted();
          onBytes?.((chunk as Uint8Array).length);
          yield chunk as Uint8Array;
        }
      } catch (error) {
        signal?.throwIfAborted();
        throw failed(`fetching ${name}`, error);
      }
    },
    remove,
    async putSmall(name, bytes) {
      await client.send(new PutObjectCommand({ ...at(name), Body: bytes })).catch((error: unknown) => {
        throw failed(`storing ${name}`, error);
      });
    },
    async getSmall(name) {
      return missingIsUndefined(`fetching ${name}`, client.send(new GetObjectCommand(at(name))).then(({ Body }) => Body?.transformToByteArray()));
    },
  };
}
