// What an API server would refuse of an object, by the schemas that Kubernetes, KEDA and the Prometheus operator publish.
import type { KubeObject } from './kustomize.ts';

const packages: Readonly<Record<string, string>> = { 'keda.sh': '@kubernetes-models/keda', 'monitoring.coreos.com': '@kubernetes-models/prometheus-operator' };

type Model = new () => { validate(this: object): void };

/** Throws what is wrong with an object; returns the paths of fields that its kind does not have. */
export async function unknownFields(object: KubeObject): Promise<string[]> {
  const { apiVersion, kind } = object;
  const name = packages[apiVersion.split('/')[0] ?? ''] ?? 'kubernetes-models';
  const models = (await import(`${name}/${apiVersion}`)) as Record<string, Model>;
  const model = models[kind];
  if (model === undefined) throw new Error(`there is no schema of ${apiVersion} ${kind}`);
  const left = new Set<string>();
  // The schemas let fields pass that they do not know: those that they never look at.
  model.prototype.validate.call(watched(object, '', left));
  return [...left];
}

function watched(value: object, path: string, left: Set<string>): object {
  const parts = new Map(Object.entries(value).map(([key, part]) => {
    left.add(`${path}/${key}`);
    return [key, typeof part === 'object' && part !== null ? watched(part as object, `${path}/${key}`, left) : (part as unknown)] as const;
  }));
  return new Proxy(value, {
    get(target, key) {
      left.delete(`${path}/${String(key)}`);
      return parts.has(String(key)) ? parts.get(String(key)) : Reflect.get(target, key);
    },
  });
}
