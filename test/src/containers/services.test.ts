// Services from their own images on a private network, with NATS and PostgreSQL as containers:
// a run goes through them, and one service is swapped for another image.
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp } from 'node:fs/promises';
import { connectBus, rpc, type Bus } from '@minchat/bus';
import { RunStatus, type RunRecord } from '@minchat/contracts';
import { createLogger } from '@minchat/telemetry';
import { GenericContainer, Network, Wait, type StartedNetwork, type StartedTestContainer } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildFolder, buildServices, root, whyNoContainers } from './engine.ts';

const reason = whyNoContainers();
if (reason !== undefined) process.stderr.write(`container tests left out: ${reason}\n`);

const natsUrl = 'nats://nats:4222';
const databaseUrl = 'postgres://minchat:secret@postgres:5432/minchat';

/** The first two stages of the tiny pipeline. */
const spec = (name: string): string =>
  JSON.stringify({
    name,
    seed: 1,
    stages: {
      data: { settings: { source: 'world', documents: 200, validationDocuments: 10, prompts: { train: 16, validation: 8, test: 8 }, demonstrations: { train: 16, validation: 8 } } },
      pretrain: { settings: { model: { layers: 1, heads: 2, width: 16, context: 32 }, vocabSize: 300, steps: 4, batchSize: 4, windowLength: 16 } },
    },
  });

describe.skipIf(reason !== undefined)('services in containers', () => {
  const started: { stop(): Promise<unknown> }[] = [];
  let network: StartedNetwork;
  let bus: Bus;

  async function service(name: string, image = `minchat/${name}`, environment: Record<string, string> = {}): Promise<StartedTestContainer> {
    const container = await new GenericContainer(image)
      .withNetwork(network)
      .withEnvironment({ NATS_URL: natsUrl, ...environment })
      .withWaitStrategy(Wait.forHealthCheck())
      .withStartupTimeout(120_000)
      .start();
    started.unshift(container);
    return container;
  }

  async function finished(name: string): Promise<RunRecord> {
    const { runId } = await bus.call(rpc.submitRun, { specJson: spec(name) });
    const ended = Promise.withResolvers<void>();
    const subscription = await bus.subscribeEvents({ runId, from: 'all' }, (event) => {
      if (event.runChanged && event.runChanged.status !== 'running') ended.resolve();
    });
    await ended.promise;
    await subscription.stop();
    return bus.call(rpc.getRun, { runId });
  }

  beforeAll(async () => {
    await buildServices('coordinator', 'prompt-store', 'pretrainer');
    network = await new Network().start();
    const nats = await new GenericContainer('nats:2')
      .withNetwork(network)
      .withNetworkAliases('nats')
      .withCommand(['-js', '-sd', '/tmp/jetstream'])
      .withExposedPorts(4222)
      .withWaitStrategy(Wait.forLogMessage(/Server is ready/))
      .start();
    started.unshift(nats);
    const postgres = await new GenericContainer('postgres:15')
      .withNetwork(network)
      .withNetworkAliases('postgres')
      .withEnvironment({ POSTGRES_USER: 'minchat', POSTGRES_PASSWORD: 'secret', POSTGRES_DB: 'minchat' })
      .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/))
      .start();
    started.unshift(postgres);
    bus = await connectBus({
      url: `nats://${nats.getHost()}:${nats.getMappedPort(4222)}`,
      name: 'container-test',
      log: createLogger('container-test'),
      cacheFolder: await mkdtemp(join(tmpdir(), 'minchat-containers-')),
    });
    await Promise.all([service('coordinator'), service('prompt-store', 'minchat/prompt-store', { DATABASE_URL: databaseUrl })]);
  }, 600_000);

  afterAll(async () => {
    await bus?.close();
    for (const container of started) await container.stop();
    await network?.stop();
  });

  test('a run goes through coordinator, prompt-store on PostgreSQL and pretrainer, none of them root', async () => {
    const pretrainer = await service('pretrainer');
    const run = await finished('in-containers');
    expect(run.error).toBeUndefined();
    expect(run.status).toBe(RunStatus.RUN_STATUS_COMPLETED);
    const model = run.stages.find(({ stage }) => stage === 'pretrain')?.result?.outputs.find(({ name }) => name === 'model')?.artifact;
    if (model === undefined) throw new Error('expected a model, found none');
    const folder = await bus.artifacts.get(model);
    expect(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).toMatchObject({ n_layer: 1, n_embd: 16 });
    const { output } = await pretrainer.exec(['id', '-u']);
    expect(output.trim()).toBe('1000');
    await pretrainer.stop();
    started.splice(started.indexOf(pretrainer), 1);
  });

  test('another image takes the place of one service', async () => {
    await buildFolder(`${root}/test/src/containers/plugin`, 'minchat-test/pretrainer-from-outside');
    await service('pretrainer', 'minchat-test/pretrainer-from-outside');
    const run = await finished('swapped-image');
    expect(run.status).toBe(RunStatus.RUN_STATUS_COMPLETED);
    const stage = run.stages.find((one) => one.stage === 'pretrain');
    expect(stage?.metrics).toContainEqual(expect.objectContaining({ name: 'answer', value: 42 }));
    const artifact = stage?.result?.outputs[0]?.artifact;
    if (artifact === undefined) throw new Error('expected an output, found none');
    expect(await readFile(join(await bus.artifacts.get(artifact), 'made-by.txt'), 'utf8')).toBe('a plugin from outside');
  });
});
