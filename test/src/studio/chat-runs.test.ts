import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rpc } from '@minchat/bus';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type ServiceProcess } from '../api/process.ts';
import { complaints, noBrowser, seriousFindings, startBrowser } from './browser.ts';
import { startStudio, type Studio } from './studio.ts';

// Chat and runs in a real browser on real services, a trainer among them: each test goes on where the
// one before it ended. With MINCHAT_SHOTS=FOLDER pictures are kept there.

const patient = { timeout: 90_000 };

describe.skipIf(noBrowser !== undefined)('chat and runs', () => {
  let studio: Studio;
  let browser: Browser;
  let page: Page;
  let heard: string[];
  let trainer: ServiceProcess;
  let home: string;

  beforeAll(async () => {
    [studio, browser, home] = await Promise.all([startStudio(), startBrowser(), mkdtemp(join(tmpdir(), 'minchat-trainer-'))]);
    await studio.addModels();
    trainer = startService('pretrainer', { NATS_URL: studio.natsUrl, MINCHAT_HOME: home, MINCHAT_BACKEND: 'wasm', MINCHAT_THREADS: '1', LOG_LEVEL: 'info' });
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
    context.setDefaultTimeout(90_000);
    page = await context.newPage();
    heard = complaints(page);
  });
  afterAll(async () => {
    await browser.close();
    await trainer.end();
    await studio.close();
    await rm(home, { recursive: true, force: true });
  });

  const go = async (path: string): Promise<void> => {
    await page.goto(`${studio.url}#/${path}`);
    await page.locator('h1').waitFor();
  };
  const button = (name: string | RegExp): Locator => page.getByRole('button', { name });
  const stored = async (): Promise<{ text: string; rank: number; rating: number; model: string }[][]> => {
    const { records } = await studio.bus.call(rpc.listRecords, { collection: 'feedback', type: 'comparisons', limit: 100 });
    return records.map((record) => record.answers);
  };
  const shoot = async (name: string): Promise<void> => {
    const folder = process.env['MINCHAT_SHOTS'];
    if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
  };
  const done = (on: Page): Locator => on.locator('.turn.assistant.done');

  /** Answers after which there is room for more in the model's context. With this seed there are ends of lines, control characters and halves of characters in them. */
  const shortAnswers = async (): Promise<void> => {
    await button('Settings').click();
    await page.getByLabel('Longest answer in tokens').fill('24');
    await page.getByLabel('Seed').fill('51');
    await button('Settings').click();
  };

  it('chat streams an answer, with the probability of each token', async () => {
    await go('chat');
    await page.getByLabel('Model 1').selectOption('tiny/sft');
    await shortAnswers();
    await page.getByLabel('Probabilities').check();
    await page.getByLabel('Your message').fill('one two <b>three</b>');
    await page.keyboard.press('Enter');
    await done(page).waitFor();
    // Markup is text.
    expect(await page.locator('.turn.user').textContent()).toBe('one two <b>three</b>');
    expect(await page.locator('.turn.user b').count()).toBe(0);
    expect(await page.locator('.tokens').textContent()).toContain('\n');
    for (const token of await page.locator('.token').all()) await token.hover();
    await page.locator('.token').first().hover();
    await expect.poll(() => page.locator('.token-note').textContent(), patient).toMatch(/\d %/);
    await page.locator('.tokens').focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.token.chosen').count()).toBe(1);
    await shoot('chat-probabilities');
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('a thumb is stored as a rating, an answer written anew as a comparison', async () => {
    await button('A good answer').click();
    await expect.poll(stored, patient).toHaveLength(1);
    expect((await stored())[0]).toMatchObject([{ rating: 7, model: 'tiny/sft' }]);
    await button('Write anew').click();
    const better = button('Better').and(page.locator(':visible'));
    await better.waitFor();
    await better.click();
    await expect.poll(stored, patient).toHaveLength(2);
    expect((await stored()).find((answers) => answers.length === 2)?.map((answer) => answer.rank).toSorted()).toEqual([0, 1]);
  });

  it('a question is edited and asked again; the conversation is there after a reload', async () => {
    await page.locator('.question').hover();
    await button('Edit').click();
    await page.getByLabel('Your message').first().fill('what is the capital of France?');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.turn.user').allTextContents(), patient).toEqual(['what is the capital of France?']);
    await done(page).waitFor();
    // An answer may be empty: then there are no tokens, and the page says so.
    const answer = await page.locator('.turn.assistant').textContent();
    await page.reload();
    await expect.poll(() => page.locator('.turn.assistant').textContent(), patient).toBe(answer);
    await button('New conversation').click();
    await page.getByText('Talk to your model').waitFor();
  });

  it('a thumb given while the next answer is written changes neither', async () => {
    await shortAnswers();
    await page.getByLabel('Your message').fill('one two <b>three</b>');
    await page.keyboard.press('Enter');
    await done(page).waitFor();
    const gate = Promise.withResolvers<void>();
    await page.route('**/api/ratings', async (route) => {
      await gate.promise;
      await route.continue();
    });
    await button('A good answer').click();
    await page.getByLabel('Your message').fill('and now?');
    await page.keyboard.press('Enter');
    await expect.poll(() => done(page).count(), patient).toBe(2);
    gate.resolve();
    await expect.poll(() => page.getByRole('button', { name: 'A good answer', pressed: true }).count(), patient).toBe(1);
    expect(await page.locator('.turn.user').allTextContents()).toEqual(['one two <b>three</b>', 'and now?']);
    await page.unroute('**/api/ratings');
    await button('New conversation').click();
  });

  it('three models answer side by side, blindly; a click on the best is a comparison', async () => {
    await page.getByLabel('Probabilities').uncheck();
    // With one seed these models may all say the same, and then there is nothing to choose.
    await button('Settings').click();
    await page.getByLabel('Seed').fill('');
    await button('Settings').click();
    await button('Compare with another').click();
    await button('Compare with another').click();
    await page.getByLabel('Model 1').selectOption('tiny/ppo');
    await page.getByLabel('Model 2').selectOption('tiny/sft');
    await page.getByLabel('Model 3').selectOption('latest');
    await page.getByLabel('Blind').check();
    await page.getByLabel('Your message').fill('what is the capital of France?');
    await page.keyboard.press('Enter');
    await button('Answer 3 is better').waitFor();
    expect(await page.locator('.duel').textContent()).not.toMatch(/tiny|latest/);
    await shoot('chat-blind');
    expect(await seriousFindings(page)).toEqual([]);
    await button('Answer 2 is better').click();
    await page.locator('.duel .won').waitFor();
    const shown = await page.locator('.duel h2').allTextContents();
    expect(shown.toSorted()).toEqual(['latest', 'tiny/ppo', 'tiny/sft']);
    await expect.poll(stored, patient).toHaveLength(4);
    const vote = (await stored()).find((answers) => answers.length === 3);
    expect(Object.fromEntries(vote?.map((answer) => [answer.model, answer.rank]) ?? [])).toEqual(Object.fromEntries(shown.map((model, place) => [model, place === 1 ? 0 : 1])));
    await shoot('chat-chosen');
    await button('New conversation').click();
  });

  it('an answer is stopped', async () => {
    await button('Without tiny/sft').click();
    await button('Without latest').click();
    await button('Settings').click();
    await page.getByLabel('Longest answer in tokens').fill('');
    await button('Settings').click();
    // The model is faster than a hand; this line is not.
    const line = await page.context().newCDPSession(page);
    const throttle = (downloadThroughput: number) => line.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput, uploadThroughput: -1 });
    await throttle(300);
    await page.getByLabel('Your message').fill('go on and on');
    await page.keyboard.press('Enter');
    await button('Stop').click();
    await page.locator('.turn.assistant.stopped').waitFor();
    await throttle(-1);
    await button('New conversation').click();
  });

  /** The form with the small example, of which only data and pretraining are left. */
  const formOf = async (name: string, steps: string): Promise<void> => {
    await go('runs/new');
    await button('tiny').click();
    await page.getByLabel('Name', { exact: true }).fill(name);
    for (const stage of ['evaluate', 'ppo', 'reward', 'rank', 'sample', 'sft']) {
      await page.locator(`.stage-form[data-stage="${stage}"] summary`).click();
      await button(`Take ${stage} out of the run`).click();
    }
    await page.locator('.stage-form[data-stage="pretrain"] summary').click();
    await page.getByLabel('steps', { exact: true }).fill(steps);
    await page.getByLabel('evaluate every', { exact: true }).fill('10');
  };

  it('the form has the settings of another implementation of ours, and is content with those of somebody else’s', async () => {
    await go('runs/new');
    const withPlugin = async (plugin: string, settings: string): Promise<void> => {
      await button('YAML').click();
      await page.getByLabel('Spec in YAML').fill(`name: other\nstages:\n  data: { settings: { source: world } }\n  pretrain: {}\n  sft: {}\n  sample: {}\n  rank: { settings: { labelers: simulated } }\n  reward: {}\n  ppo: { plugin: '${plugin}', settings: ${settings} }\n`);
      await button('Form').click();
      await page.locator('.stage-form[data-stage="ppo"] summary').click();
    };
    await withPlugin('@minchat/ppo-trainer/rloo', '{ groupSize: many }');
    await page.locator('.problem', { hasText: 'ppo.groupSize: expected a whole number at least 2, found "many"' }).waitFor();
    await page.locator('.stage-form[data-stage="ppo"]').getByLabel('group size', { exact: true }).fill('8');
    await expect.poll(() => page.locator('.problem').count(), patient).toBe(0);
    await withPlugin('./my-ppo.ts', '{ mine: 1 }');
    await page.getByText('Another implementation knows these settings').waitFor();
    await go('runs');
  });

  it('a run is started by the form, which tells what is wrong at the field', async () => {
    await formOf('first', 'many');
    await page.locator('.problem', { hasText: 'pretrain.steps: expected a whole number at least 0, found "many"' }).waitFor();
    expect(await page.getByLabel('steps', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    expect(await button('Start run').isDisabled()).toBe(true);
    await shoot('run-form-problem');
    expect(await seriousFindings(page)).toEqual([]);
    await button('YAML').click();
    await page.getByText('pretrain.steps: expected').waitFor();
    await button('Form').click();
    await page.locator('.stage-form[data-stage="pretrain"] summary').click();
    await page.getByLabel('steps', { exact: true }).fill('60');
    await expect.poll(() => page.locator('.result pre').textContent(), patient).toContain('steps: 60');
    await shoot('run-form');
    await button('Start run').click();
    await page.locator('.stage[data-stage="pretrain"][data-status="completed"]').waitFor();
    await page.locator('.tag.completed').waitFor();
  });

  it('its curves, samples and log are there', async () => {
    await page.locator('.stage[data-stage="pretrain"]').click();
    await page.locator('.chart .u-over').first().waitFor();
    await page.getByRole('figure', { name: /^Loss: loss \d/ }).waitFor();
    await shoot('run-curves');
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Samples' }).click();
    await page.locator('.samples li').first().waitFor();
    await page.getByRole('tab', { name: 'Log' }).click();
    await page.locator('.news li', { hasText: 'wasm' }).first().waitFor();
    await shoot('run-log');
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('the curves of a run move while it goes, others lie over them, and it is cancelled and resumed', async () => {
    await formOf('second', '1000000');
    await button('Start run').click();
    await page.locator('.stage[data-stage="pretrain"][data-status="running"]').click();
    const figure = page.getByRole('figure', { name: /^Loss: loss/ });
    await figure.waitFor();
    const before = await figure.getAttribute('aria-label');
    await expect.poll(() => figure.getAttribute('aria-label'), patient).not.toBe(before);
    const firstRun = (await studio.bus.call(rpc.listRuns, { limit: 10 })).runs.find((run) => run.name === 'first')?.runId ?? '';
    await page.getByLabel('Lay another run over it').selectOption(firstRun);
    await page.getByRole('figure', { name: new RegExp(`loss · ${firstRun}`) }).first().waitFor();
    await shoot('run-overlay');
    expect(await seriousFindings(page)).toEqual([]);
    await button('Cancel').click();
    await page.locator('.stage[data-stage="pretrain"][data-status="cancelled"]').waitFor();
    await button('Resume').click();
    await page.locator('.stage[data-stage="pretrain"][data-status="running"]').waitFor();
    expect(await button('Delete').count()).toBe(0);
    await button('Cancel').click();
    await button('Resume').waitFor();
  });

  it('a run that is over is deleted, after one is asked once more', async () => {
    const { runs } = await studio.bus.call(rpc.listRuns, { limit: 10 });
    const runId = runs.find((run) => run.name === 'second')?.runId ?? '';
    await button('Delete').click();
    await shoot('run-delete');
    expect(await seriousFindings(page)).toEqual([]);
    await button('Delete for good').click();
    await page.locator('h1', { hasText: 'Runs' }).waitFor();
    await page.locator('main a', { hasText: 'first' }).first().waitFor();
    expect(await page.locator('main a', { hasText: runId }).count()).toBe(0);
    await expect(studio.bus.call(rpc.getRun, { runId })).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
  });

  it('it is dark, speaks Chinese, and fits a phone', async () => {
    await page.getByLabel('Theme').selectOption('dark');
    await go('runs/new');
    await page.locator('.stage-form[data-stage="ppo"] summary').click();
    await shoot('run-form-dark');
    expect(await seriousFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole('button', { name: '中文' }).click();
    for (const path of ['runs', 'runs/tiny', 'runs/new', 'chat']) {
      await go(path);
      await shoot(`phone-${path.replace('/', '-')}`);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360);
      expect(await seriousFindings(page), path).toEqual([]);
    }
    await page.getByRole('button', { name: '设置' }).click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth), 'settings').toBeLessThanOrEqual(360);
  });

  it('nothing went wrong in the browser on the way', () => {
    expect(heard).toEqual([]);
  });
});
