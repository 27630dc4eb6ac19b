import type { ArtifactRef } from '@minchat/contracts';

/** An artifact, wherever it lies: its kind and size do not matter. */
export type Located = Pick<ArtifactRef, 'scope' | 'digest'>;

/** Where the artifacts of a scope lie. */
export const place = (scope: string): string => (scope === '' ? 'artifacts' : `scopes/${scope}`);
export const hashOf = (digest: string): string => digest.slice('sha256:'.length);
export const blobName = (scope: string, hash: string): string => `${place(scope)}/blobs/${hash}`;
export const manifestName = ({ scope, digest }: Located): string => `${place(scope)}/manifests/${hashOf(digest)}`;
