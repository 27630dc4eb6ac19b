import { rpc } from '@minchat/bus';
import { RunStatus } from '@minchat/contracts';
import { judge } from '@minchat/world';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSystem, type System } from '../system/system.ts';
import { noBrowser, startBrowser } from './browser.ts';

// A run whose rankings come from nowhere but the labeling page: a hand in the browser reads the answers there
// and puts them in order by the world's rubric, by keys; reward model, PPO and evaluation follow.

const rankings = 12;
const spec = `
name: by-hand
seed: 1
stages:
  data: { settings: { source: world, documents: 200, validationDocuments: 20, prompts: { train: 16, validation: 8, test: 8 }, demonstrations: { train: 48, validation: 8 } } }
  pretrain: { settings: { model: { layers: 1, heads: 2, width: 32, context: 96 }, vocabSize: 384, steps: 30, batchSize: 8, windowLength: 48, learningRate: 5e-3, warmupSteps: 5, evaluateEvery: 30, evaluationWindows: 4 } }
  sft: { settings: { epochs: 1, batchSize: 8, learningRate: 3e-3, dropout: 0, evaluationExamples: 8, selectionPrompts: 4, sampleTokens: 12 } }
  sample: { settings: { answersPerPrompt: 4, maxNewTokens: 12 } }
  rank: { settings: { labelers: human, rankings: ${rankings}, validationFraction: 0.25 } }
  reward: { settings: { batchSize: 4, learningRate: 2e-3, evaluateEvery: 5, evaluationPrompts: 8, biasDemonstrations: 8 } }
  ppo: { settings: { episodes: 16, batchSize: 8, minibatchSize: 8, maxNewTokens: 12, learningRate: 1e-3, normaliseOn: 8, rolloutBatchSize: 8, ema: 0, evaluateEvery: 2, evaluationPrompts: 4 } }
  evaluate: { settings: { prompts: 8, maxNewTokens: 12, perplexityWindows: 4, samples: 2 } }
`;

/** Puts the answers that are on the page in the rubric's order, by keys alone, and hands them in. */
async function rankByRubric(page: Page): Promise<void> {
  const prompt = (await page.locator('.prompt .turn').last().textContent()) ?? '';
  const texts = await page.locator('.answer-card p.text').allTextContents();
  const scores = texts.map((text) => judge([{ role: 'user', content: prompt }], text, true)?.score ?? 0);
  const order = texts.map((_, i) => i);
  const wanted = order.toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  for (const [place, answer] of wanted.entries()) {
    const from = order.indexOf(answer);
    if (from === place) continue;
    await page.locator(`.answer-card[data-place="${from}"]`).focus();
    await page.keyboard.press(String(place + 1));
    await page.locator(`.answer-card[data-place="${place}"]:focus`).waitFor();
    order.splice(place, 0, ...order.splice(from, 1));
  }
  for (let place = 1; place < wanted.length; place += 1) {
    if (scores[wanted[place] ?? 0] !== scores[wanted[place - 1] ?? 0]) continue;
    await page.locator(`.answer-card[data-place="${place}"]`).focus();
    await page.keyboard.press('=');
  }
  await page.keyboard.press('Control+Enter');
}

describe.skipIf(noBrowser !== undefined)('a run ranked on the labeling page', () => {
  let system: System;
  let browser: Browser;
  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem(), startBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  it('goes through reward model and PPO to a finished evaluation', async () => {
    const { runId } = await system.submit(spec);
    const page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    page.setDefaultTimeout(200_000);
    await page.goto(`${system.supervisor.gatewayUrl}/#/label`);
    const handedIn = async (): Promise<number> => Number(/\d+/.exec((await page.locator('.tally').textContent({ timeout: 1000 }).catch(() => '')) ?? '')?.[0] ?? 0);
    for (let done = 0; done < rankings; done += 1) {
      await page.locator('.answer-card').first().waitFor();
      await rankByRubric(page);
      await expect.poll(handedIn, { timeout: 30_000 }).toBe(done + 1);
    }
    const run = await system.ended(runId, 280_000);
    expect(run.status, JSON.stringify(run.error)).toBe(RunStatus.RUN_STATUS_COMPLETED);
    const metric = (stage: string, name: string): number | undefined => run.stages.find((one) => one.stage === stage)?.metrics.find((one) => one.name === name)?.value;
    expect(metric('rank', 'comparisons')).toBe(rankings);
    expect(metric('rank', 'labelers')).toBe(1);
    expect(run.stages.find((one) => one.stage === 'evaluate')?.result?.outputs.map((output) => output.name)).toContain('report');
    // All of them came from the page: each answers a task, and has the time that it took.
    const { records } = await system.bus.call(rpc.listRecords, { collection: 'feedback', type: 'comparisons', limit: 100 });
    expect(records).toHaveLength(rankings);
    const { labelers } = await system.bus.call(rpc.getAgreement, { runId });
    expect(labelers).toMatchObject([{ done: rankings, skipped: 0, medianMs: { count: rankings } }]);
  }, 600_000);
});
