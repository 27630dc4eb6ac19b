// docker/kubernetes against what Kubernetes takes, and against what the services are.
import { readFileSync, readdirSync } from 'node:fs';
import { cp, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { commonEnv, readEnv, stageEnv } from '@minchat/config';
import { readGatewayEnv } from '@minchat/gateway';
import { startNatsServer } from '@minchat/bus/testing';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startService } from '../api/process.ts';
import { root } from '../system/system.ts';
import { folder as manifests, render, whyNoKustomize, type KubeObject, type Labels } from './kustomize.ts';
import { unknownFields } from './schemas.ts';

interface Container {
  name: string;
  image: string;
  env?: { name: string; value?: string; valueFrom?: { secretKeyRef?: { name: string; optional?: boolean } } }[];
  envFrom?: { configMapRef?: { name: string }; secretRef?: { name: string; optional?: boolean } }[];
  ports?: { name: string; containerPort: number }[];
  volumeMounts?: { name: string; mountPath: string }[];
  resources?: { requests?: Labels; limits?: Labels };
  securityContext?: object;
  [probe: string]: unknown;
}
interface Pod {
  name: string;
  labels: Labels;
  spec: { containers: [Container]; volumes?: { name: string; configMap?: { name: string } }[]; terminationGracePeriodSeconds?: number };
  workload: KubeObject;
}

const services = readdirSync(`${root}/services`);
const documented = new Set([...readFileSync(`${root}/docs/configuration.md`, 'utf8').matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`([A-Z0-9_]+)`/g)].map(([, name = '']) => name)));

function podsOf(objects: readonly KubeObject[]): Pod[] {
  return objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet').map((workload) => ({
    name: workload.metadata.name,
    labels: workload.spec.template.metadata.labels as Labels,
    spec: workload.spec.template.spec as Pod['spec'],
    workload,
  }));
}
const containerOf = ({ spec: { containers: [container] } }: Pod): Container => container;
const selects = (selector: { matchLabels?: Labels }, labels: Labels): boolean => Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);

/** The variables of a service that are no secrets. */
function environmentOf(objects: readonly KubeObject[], pod: Pod): Record<string, string> {
  const { env = [], envFrom = [] } = containerOf(pod);
  const maps = envFrom.map(({ configMapRef }) => objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMapRef?.name)?.data ?? {});
  return Object.assign({}, ...maps, Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])))) as Record<string, string>;
}

interface Peer {
  podSelector?: { matchLabels?: Labels };
  namespaceSelector?: { matchLabels?: Labels };
}

/** Whether the network policies let something come to a port of a pod: a pod beside it, or whoever is in another namespace. */
function admits(objects: readonly KubeObject[], to: Pod, port: string, from: Pod | { namespace: string }): boolean {
  const policies = objects.filter(({ kind, spec }) => kind === 'NetworkPolicy' && selects(spec.podSelector as object, to.labels));
  const isPeer = ({ podSelector = {}, namespaceSelector }: Peer): boolean =>
    'namespace' in from ? namespaceSelector !== undefined && selects(namespaceSelector, { 'kubernetes.io/metadata.name': from.namespace }) : namespaceSelector === undefined && selects(podSelector, from.labels);
  return policies.length === 0 || policies.some(({ spec }) =>
    ((spec.ingress ?? []) as { from?: Peer[]; ports: { port: string }[] }[]).some((rule) => rule.ports.some((one) => one.port === port) && (rule.from === undefined || rule.from.some(isPeer))));
}

describe.skipIf(whyNoKustomize !== undefined).each(['base', 'overlays/trial', 'overlays/production'])('docker/kubernetes/%s', (folder) => {
  const objects = whyNoKustomize === undefined ? render(folder) : [];
  const pods = podsOf(objects);
  const ofServices = pods.filter(({ workload }) => workload.kind === 'Deployment');
  const pod = (name: string): Pod => pods.find((one) => one.name === name) ?? expect.fail(`there is no ${name}`);

  test('is taken by Kubernetes, KEDA and the Prometheus operator', async () => {
    for (const object of objects) expect(await unknownFields(object), `${object.kind} ${object.metadata.name}`).toEqual([]);
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
    // By these labels a service is applied alone.
    for (const { metadata: { name, labels } } of objects) expect(labels, name).toMatchObject({ 'app.kubernetes.io/name': expect.any(String) as string, 'app.kubernetes.io/part-of': 'minchat' });
  });

  test('runs each service from its image', () => {
    const images = new Map(ofServices.map((one) => [one.name, containerOf(one).image.replace(/^registry\.example\/|:1$/g, '')]));
    expect(images).toEqual(new Map(services.map((name) => [name, `minchat/${name}`])));
  });

  test('sets variables that services know, to what they take', () => {
    for (const one of ofServices) {
      const environment = environmentOf(objects, one);
      const names = [...Object.keys(environment), ...(containerOf(one).env ?? []).map(({ name }) => name)];
      // What PostgreSQL's and Amazon's clients read themselves.
      expect(names.filter((name) => !documented.has(name) && !/^(PG|AWS_)/.test(name)), one.name).toEqual([]);
      // 5 for the gateway, 20 for the end of what is in hand, 10 for the prompt-store's own.
      const { SHUTDOWN_SECONDS: seconds } = readEnv(z.object({ ...commonEnv, ...stageEnv }), environment);
      expect(one.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(seconds + 35);
    }
    const { GATEWAY_HOST: host, GATEWAY_PORT: port, GATEWAY_AUTH: auth } = readGatewayEnv(environmentOf(objects, pod('gateway')));
    expect([host, auth]).toEqual(['0.0.0.0', 'required']);
    expect(containerOf(pod('gateway')).ports).toContainEqual({ name: 'http', containerPort: port });
  });

  test('keeps to what the namespace is restricted to, and more: files that nobody can change, no token', () => {
    for (const one of pods) {
      const container = containerOf(one);
      expect(one.spec, one.name).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false, securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } });
      expect(container.securityContext, one.name).toEqual({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
      expect(container.resources, one.name).toMatchObject({ requests: { cpu: expect.anything() as string, memory: expect.anything() as string }, limits: { memory: expect.anything() as string } });
    }
    for (const one of ofServices) expect(one.spec).toMatchObject({ securityContext: { runAsUser: 1000 }, containers: [{ volumeMounts: [{ mountPath: '/var/lib/minchat' }, { mountPath: '/tmp' }] }] });
  });

  test('names ports, volumes, pods and workloads that there are', () => {
    for (const one of pods) {
      const { ports = [], volumeMounts = [], ...rest } = containerOf(one);
      const volumes = [...(one.spec.volumes ?? []), ...((one.workload.spec.volumeClaimTemplates ?? []) as KubeObject[]).map(({ metadata }) => metadata)].map(({ name }) => name);
      expect(volumeMounts.map(({ name }) => name).toSorted()).toEqual(volumes.toSorted());
      expect(selects(one.workload.spec.selector as object, one.labels)).toBe(true);
      const probes = Object.entries(rest).filter(([key]) => key.endsWith('Probe')).map(([, probe]) => probe as { httpGet?: { port: string }; tcpSocket?: { port: string } });
      for (const { httpGet, tcpSocket } of probes) expect(ports.map(({ name }) => name)).toContain((httpGet ?? tcpSocket)?.port);
    }
    const addresses = objects.filter(({ kind }) => kind === 'Service').flatMap(({ metadata: { name, namespace }, spec }) => (spec.ports as { port: number }[]).map(({ port }) => `${name}.${namespace}.svc:${port}`));
    const portsOf = (selector: Labels): (string | undefined)[] => {
      const chosen = pods.filter(({ labels }) => selects({ matchLabels: selector }, labels));
      expect(chosen, JSON.stringify(selector)).toHaveLength(1);
      return chosen.flatMap((one) => containerOf(one).ports?.map(({ name }) => name));
    };
    for (const { kind, spec } of objects) {
      if (kind === 'Service') for (const { targetPort } of spec.ports as { targetPort: string }[]) expect(portsOf(spec.selector as Labels)).toContain(targetPort);
      if (kind === 'PodDisruptionBudget') portsOf(spec.selector.matchLabels as Labels);
      if (kind === 'PodMonitor') for (const one of ofServices) expect(selects(spec.selector as object, one.labels)).toBe(true);
      if (kind === 'ScaledObject') for (const { metadata } of spec.triggers as { metadata: Labels }[]) expect(addresses).toContain(new URL(metadata['url'] ?? `http://${metadata['natsServerMonitoringEndpoint']}`).host);
      if (kind === 'ScaledObject') expect(ofServices.find(({ name }) => name === spec.scaleTargetRef.name)?.workload.spec).not.toHaveProperty('replicas');
    }
  });

  test('asks for secrets that docs/kubernetes.md names, among them that of the database, which it cannot do without', () => {
    const page = readFileSync(`${root}/docs/kubernetes.md`, 'utf8');
    const secrets = pods.flatMap((one) => [...(containerOf(one).env ?? []).map(({ valueFrom }) => valueFrom?.secretKeyRef), ...(containerOf(one).envFrom ?? []).map(({ secretRef }) => secretRef)]).filter((secret) => secret !== undefined);
    for (const { name } of secrets) expect(page).toContain(`| \`${name}\` |`);
    expect(containerOf(pod('prompt-store')).env).toContainEqual({ name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'minchat-database', key: 'DATABASE_URL' } } });
  });

  test('opens nothing but the gateway', () => {
    const outside = { namespace: 'elsewhere' };
    const has = (name: string): boolean => pods.some((one) => one.name === name);
    for (const one of pods) {
      for (const { name: port } of containerOf(one).ports ?? []) {
        expect(admits(objects, one, port, outside), `${one.name} ${port}`).toBe(one.name === 'gateway' && port === 'http');
        const scaled = folder === 'overlays/production' && ['inference health', 'nats monitor'].includes(`${one.name} ${port}`);
        if (port === 'http') continue;
        expect(admits(objects, one, port, { namespace: 'keda' }), `${one.name} ${port}`).toBe(scaled);
        expect(admits(objects, one, port, { namespace: 'monitoring' }), `${one.name} ${port}`).toBe(folder === 'overlays/production' && port === 'health');
      }
    }
    if (has('nats')) for (const one of pods) expect(admits(objects, pod('nats'), 'client', one), one.name).toBe(ofServices.includes(one));
    if (has('postgres')) for (const one of pods) expect(admits(objects, pod('postgres'), 'postgres', one), one.name).toBe(one.name === 'prompt-store');
  });
});

test.skipIf(whyNoKustomize !== undefined)('services answer the probes', async () => {
  await using nats = await startNatsServer();
  const pod = podsOf(render('base')).find(({ name }) => name === 'coordinator') ?? expect.fail();
  const service = startService('coordinator', { NATS_URL: nats.url });
  const [, port = ''] = await service.line(/"healthPort":(\d+)/);
  for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
    const { httpGet } = containerOf(pod)[probe] as { httpGet: { path: string } };
    expect((await fetch(`http://127.0.0.1:${port}${httpGet.path}`)).status).toBe(200);
  }
  expect(readFileSync(`${root}/docker/Dockerfile`, 'utf8')).toContain(`HEALTH_HOST=0.0.0.0 HEALTH_PORT=${String(containerOf(pod).ports?.find(({ name }) => name === 'health')?.containerPort)} MINCHAT_HOME=/var/lib/minchat`);
  await service.end();
});

test.skipIf(whyNoKustomize !== undefined)('an overlay gives a stage the plugin of docs/kubernetes.md, and leaves services out', async () => {
  const page = readFileSync(`${root}/docs/kubernetes.md`, 'utf8');
  const [, plugin = ''] = /^```yaml\n([\s\S]*?)^```/m.exec(page) ?? [];
  const [, left = ''] = /`patches: \[(\{ target.*?)\]`/.exec(page) ?? [];
  await using overlay = await mkdtempDisposable(join(tmpdir(), 'minchat-overlay-'));
  await cp(`${root}/test/fixtures/copy-sft`, join(overlay.path, 'my-sft'), { recursive: true });
  await writeFile(join(overlay.path, 'kustomization.yaml'), `resources: [${relative(overlay.path, join(manifests, 'base'))}]\n${plugin}  - ${left.replace('|...', '')}\n`);
  const objects = render(overlay.path);
  for (const object of objects) expect(await unknownFields(object), object.metadata.name).toEqual([]);
  const pods = podsOf(objects);
  expect(new Set(pods.map(({ name }) => name))).toEqual(new Set(services.filter((name) => !['coordinator', 'gateway'].includes(name))));
  const pod = pods.find(({ name }) => name === 'sft-trainer') ?? expect.fail();
  const { STAGE_PLUGIN: path = '' } = environmentOf(objects, pod);
  const mount = containerOf(pod).volumeMounts?.find(({ mountPath }) => path === join(mountPath, 'index.ts'));
  const map = pod.spec.volumes?.find(({ name }) => name === mount?.name)?.configMap?.name;
  expect(Object.keys(objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === map)?.data ?? {})).toEqual(['index.ts']);
});

test.skipIf(whyNoKustomize !== undefined)('a field that Kubernetes does not have is found', async () => {
  const [object] = render('base').filter(({ kind }) => kind === 'Deployment');
  if (object === undefined) expect.fail();
  object.spec.template.spec.containers[0].livenesProbe = {};
  expect(await unknownFields(object)).toEqual(['/spec/template/spec/containers/0/livenesProbe']);
  object.spec.template.spec.terminationGracePeriodSeconds = '60s';
  await expect(unknownFields(object)).rejects.toThrow('terminationGracePeriodSeconds must be integer');
});
