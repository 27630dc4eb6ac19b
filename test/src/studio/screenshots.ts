// The pictures of docs/screenshots, of a run that is told as if it went on: `node src/studio/screenshots.ts`.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bus } from '@minchat/bus';
import { RunStatus, StageStatus } from '@minchat/contracts';
import type { Page } from 'playwright-core';
import { startBrowser } from './browser.ts';
import { startStudio, type Studio } from './studio.ts';

const folder = fileURLToPath(new URL('../../../docs/screenshots/', import.meta.url));

const kinds = ['data', 'pretrain', 'sft', 'sample', 'rank', 'reward', 'ppo', 'evaluate'] as const;
const before: Record<string, string[]> = { pretrain: ['data'], sft: ['pretrain', 'data'], sample: ['sft', 'data'], rank: ['sample'], reward: ['sft', 'rank'], ppo: ['sft', 'reward', 'data'], evaluate: ['sft', 'ppo', 'reward'] };

/** A run in the midst of PPO, with curves as PPO draws them. */
async function tellRun(bus: Bus): Promise<void> {
  const began = Date.now() - 700_000;
  const stages = kinds.map((kind, i) => ({
    stage: kind, kind, jobId: `quickstart_${kind}`, attempt: 1, startedAtMs: began + i * 90_000, finishedAtMs: i < 6 ? began + i * 90_000 + 60_000 + i * 4_000 : 0,
    status: i < 6 ? StageStatus.STAGE_STATUS_COMPLETED : i === 6 ? StageStatus.STAGE_STATUS_RUNNING : StageStatus.STAGE_STATUS_WAITING,
    ...(kind === 'ppo' ? { step: 61, totalSteps: 100 } : {}),
  }));
  const spec = { name: 'quickstart', seed: 1, stages: Object.fromEntries(kinds.map((kind) => [kind, { kind, inputs: Object.fromEntries((before[kind] ?? []).map((one) => [one, `${one}.${one}`])) }])) };
  await bus.runs.create({ runId: 'quickstart', name: 'quickstart', specJson: JSON.stringify(spec), status: RunStatus.RUN_STATUS_RUNNING, createdAtMs: began, updatedAtMs: Date.now(), stages });
  for (let step = 1; step <= 61; step += 1) {
    const wave = Math.sin(step * 1.7) * 0.06 + Math.sin(step * 0.6) * 0.05;
    const metrics = {
      'objective/scores': 2.2 * (1 - Math.exp(-step / 22)) + wave, 'objective/rlhf_reward': 1.9 * (1 - Math.exp(-step / 24)) + wave - 0.08,
      'objective/kl': 5.4 * (1 - Math.exp(-step / 20)) + wave * 3, 'objective/entropy': 34 - 14 * (1 - Math.exp(-step / 30)) + wave * 9,
      'loss/policy_avg': -0.012 + wave / 12, 'loss/value_avg': 0.4 * Math.exp(-step / 12) + 0.07 + wave / 14, 'perf/tokens_per_second': 2350 + wave * 900,
    };
    await bus.publishEvent({
      eventId: `shot-${step}`, runId: 'quickstart', jobId: 'quickstart_ppo', stage: 'ppo',
      progress: { step, totalSteps: 100, tokens: step * 3000, metrics: Object.entries(metrics).map(([name, value]) => ({ name, value })), samples: step % 20 === 0 ? ['Explain rain to a six-year-old.\n> Clouds are full of tiny drops. When they grow heavy, they fall.'] : [] },
    });
  }
}

async function offerRankings(studio: Studio): Promise<void> {
  const answers = [
    'Clouds are full of tiny drops of water. When the drops grow heavy, they fall down, and that is rain.',
    'Rain is water that falls from the sky. It makes the grass green and the street wet, and when it stops you may see a rainbow.',
    'Precipitation results from condensation of atmospheric water vapour.',
    'Rain rain rain the sky is',
  ].map((text, i) => ({ text, finished: i < 3 }));
  const records = Array.from({ length: 12 }, (_, n) => ({ id: `p${n}`, messages: [{ role: 'user' as const, content: 'Explain rain to a six-year-old.' }], answers }));
  const spec = await studio.rankingSpec('by-people', records, 12);
  await fetch(`${studio.url}api/runs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ spec, id: 'by-people' }) });
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

await mkdir(folder, { recursive: true });
const [studio, browser] = await Promise.all([startStudio(), startBrowser()]);
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-GB' });
  const page = await context.newPage();
  const open = async (path: string): Promise<void> => {
    await page.goto(`${studio.url}#/${path}`);
    await page.locator('h1').waitFor();
  };
  await open('');
  await shoot(page, 'welcome');
  await tellRun(studio.bus);
  await offerRankings(studio);
  await open('runs/quickstart');
  await page.locator('.u-over').nth(3).waitFor();
  await page.waitForTimeout(1500);
  await shoot(page, 'run');
  await page.getByLabel('Theme').selectOption('dark');
  await page.waitForTimeout(500);
  await shoot(page, 'run-dark');
  await page.getByLabel('Theme').selectOption('light');
  await open('label');
  await page.locator('.answer-card').first().waitFor();
  await page.locator('.answer-card').first().press('Shift+6');
  await page.locator('.answer-card').nth(2).press('=');
  await shoot(page, 'label');
  await open('runs/new');
  await page.locator('.stage[data-stage="ppo"]').waitFor();
  await shoot(page, 'new-run');
  await page.getByRole('button', { name: '中文' }).click();
  await page.setViewportSize({ width: 390, height: 844 });
  await open('label');
  await page.locator('.answer-card').first().waitFor();
  await shoot(page, 'label-phone-chinese');
  await page.getByLabel('主题').selectOption('dark');
  await open('runs/quickstart');
  await page.locator('.stage[data-stage="ppo"]').waitFor();
  await shoot(page, 'run-phone-dark-chinese');
} finally {
  await browser.close();
  await studio.close();
}
process.exit(0);
