import type { AnswersRecord } from '@minchat/datasets';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser } from './browser.ts';
import { look, patient, startWalker, type Walker } from './walker.ts';

// How a run is looked at stands in the address of its page.

describe.skipIf(noBrowser !== undefined)('the page of a run', () => {
  let walker: Walker;
  let page: Page;
  beforeAll(async () => {
    walker = await startWalker();
    page = walker.page;
    await walker.studio.addModels();
    const records: AnswersRecord[] = [1, 2].map((n) => ({ id: `prompt-${n}`, model: 'm', messages: [{ role: 'user', content: `Who (${n})?` }], answers: ['I.', 'You.'].map((text) => ({ text, finished: true })) }));
    for (const [id, rankings] of [['one', 1], ['two', 2]] as const) {
      const spec = await walker.studio.rankingSpec(id, records, rankings);
      await fetch(`${walker.studio.url}api/runs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ spec, id }) });
    }
  });
  afterAll(() => walker?.close());

  const address = (): Promise<string> => page.evaluate(() => location.hash);
  const tab = (name: string) => page.getByRole('tab', { name, selected: true });
  const stage = (name: string) => page.locator(`.stage[data-stage="${name}"][aria-pressed="true"]`);

  it('its address has the stage and the tab: a reload shows them, and the browser goes back and forward through them', async () => {
    await walker.go('runs/tiny');
    await page.locator('.stage[data-stage="sft"]').click();
    await page.getByRole('tab', { name: 'Log' }).click();
    await tab('Log').waitFor();
    expect(await address()).toBe('#/runs/tiny?stage=sft&tab=log');
    // It is the same page: the focus stays where it was clicked.
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('tab-Log');
    await page.reload();
    await tab('Log').waitFor();
    await stage('sft').waitFor();
    await page.goBack();
    await tab('Curves').waitFor();
    await stage('sft').waitFor();
    await page.goForward();
    await tab('Log').waitFor();
    expect(await look(page, 'run-log-of-a-stage')).toEqual([]);
    await walker.button('All stages').click();
    await expect.poll(address, patient).toBe('#/runs/tiny?tab=log');
    expect(await walker.button('All stages').count()).toBe(0);
  });

  it('gives what the stages made as files', async () => {
    await walker.go('runs/tiny?tab=files');
    await page.getByRole('rowheader', { name: 'ppo/policy model, ' }).waitFor();
    expect(await look(page, 'run-files')).toEqual([]);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download evaluate/report' }).click()]);
    expect(download.suggestedFilename()).toBe('tiny-evaluate-report.zip');
    expect(Buffer.concat(await Array.fromAsync(await download.createReadStream())).includes('tiny-evaluate-report/report.html')).toBe(true);
  });

  it('its address has the runs that are laid over it, for whoever it is sent to', async () => {
    await walker.go('runs/one?tab=figures');
    await page.getByLabel('Lay another run over it').selectOption('two');
    await page.getByRole('columnheader', { name: 'two' }).waitFor();
    expect(await address()).toBe('#/runs/one?stage=rank&tab=figures&with=two');
    const other = await (await walker.browser.newContext({ locale: 'en-GB' })).newPage();
    await other.goto(page.url());
    await other.getByRole('columnheader', { name: 'two' }).waitFor(patient);
    await other.context().close();
    // One that was deleted takes nothing from the others.
    await walker.go('runs/one?stage=rank&tab=figures&with=gone,two');
    await page.getByRole('alert').getByText('there is no run gone').waitFor();
    await page.getByRole('columnheader', { name: 'two' }).waitFor();
    await walker.button('Without gone').click();
    expect([...new Set(walker.heard.splice(0))]).toEqual(['Failed to load resource: the server responded with a status of 404 (Not Found)']);
    await walker.button('Without two').click();
    await page.getByRole('columnheader', { name: 'two' }).waitFor({ state: 'detached' });
    await page.goBack();
    await page.getByRole('columnheader', { name: 'two' }).waitFor();
  });

  it('a run is forked with settings that are told and checked, and with those of another implementation as they are', async () => {
    await walker.go('runs/one');
    await walker.button('Fork').click();
    const field = page.getByRole('dialog').getByLabel('rankings', { exact: true });
    expect(await field.inputValue()).toBe('1');
    await field.fill('many');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await walker.button('Start run').isDisabled()).toBe(true);
    await field.fill('2');
    expect(await look(page, 'run-fork')).toEqual([]);
    await walker.button('Start run').click();
    await page.getByText('forked from one').waitFor();
    const id = (await address()).split('/').at(-1) ?? '';
    const { spec } = (await (await fetch(`${walker.studio.url}api/runs/${id}`)).json()) as { spec: { stages: { rank: { settings: object } } } };
    expect(spec.stages.rank.settings).toEqual({ labelers: 'human', rankings: 2, validationFraction: 0 });
    await fetch(`${walker.studio.url}api/runs/${id}/cancel`, { method: 'POST' });

    await page.route(/\/api\/runs\/two$/, async (route) => {
      const run = (await (await route.fetch()).json()) as { spec: { stages: { rank: object } } };
      await route.fulfill({ json: { ...run, spec: { ...run.spec, stages: { rank: { ...run.spec.stages.rank, plugin: './mine.ts' } } } } });
    });
    await walker.go('runs/two');
    await walker.button('Fork').click();
    await page.getByLabel('Its settings').fill('{ "mine": 1');
    await walker.button('Start run').click();
    await page.getByRole('dialog').getByRole('alert').getByText('The settings are no JSON: ').waitFor();
    await page.keyboard.press('Escape');
    await page.unroute(/\/api\/runs\/two$/);
  });

  it('a spec that is wider than a phone is read by keys, too', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await walker.go('runs/one?tab=spec');
    await page.locator('pre').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('pre').evaluate((node) => node.scrollLeft), patient).toBeGreaterThan(0);
    expect(await look(page, 'phone-run-spec')).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('what takes its time is said to be on its way', async () => {
    const gate = Promise.withResolvers<void>();
    await page.route(/\/api\/(runs|runs\/one|data\/collections|label\/agreement|label\/tasks)(\?.*)?$/, async (route) => {
      await gate.promise;
      await route.continue().catch(() => undefined);
    });
    for (const path of ['runs', 'runs/one', 'data', 'agreement', 'label']) {
      await page.goto('about:blank');
      await walker.go(path);
      await page.getByText('Loading…').waitFor();
    }
    gate.resolve();
    await page.getByText('Loading…').waitFor({ state: 'detached' });
    await page.unrouteAll({ behavior: 'wait' });
  });

  it('an address of what is not there shows the run as it is', async () => {
    await walker.go('runs/one?stage=constructor&tab=report&with=constructor,nobody,one');
    await tab('Curves').waitFor();
    await stage('rank').waitFor();
    await walker.button('Without constructor').waitFor();
  });

  it('a long log is searched, by what is told and by how serious it is', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => ({ at: i, level: i === 7 ? 'warn' : 'info', message: `line ${i}`, fields: i === 9 ? '{"kept":"Checkpoint"}' : '' }));
    await page.route('**/api/events*', (route) => route.fulfill({ contentType: 'text/event-stream', body: `data: ${JSON.stringify({ run: 'tiny', stage: 'sft', kind: 'logged', at: 1, lines })}\n\n` }));
    await walker.go('runs/tiny?tab=log');
    const found = async (search: string): Promise<number> => {
      await page.getByLabel('Search').fill(search);
      return page.locator('.news li').count();
    };
    await page.getByText('line 29').waitFor();
    expect([await found('warn'), await found('checkPOINT'), await found('line 2'), await found('nothing')]).toEqual([1, 1, 11, 0]);
    await page.getByText('Nothing found.').waitFor();
    expect(await page.getByText('Only the last').count()).toBe(0);
    await page.unroute('**/api/events*');
    await page.route('**/api/events*', (route) => route.fulfill({ contentType: 'text/event-stream', body: `data: ${JSON.stringify({ run: 'tiny', stage: 'sft', kind: 'logged', at: 1, lines: Array.from({ length: 600 }, (_, i) => ({ at: i, level: 'info', message: `line ${i}`, fields: '' })) })}\n\n` }));
    await page.goto('about:blank');
    await walker.go('runs/tiny?stage=sft&tab=log');
    await page.getByText('Only the last 500 lines of the log are here. All of them: npm run minchat -- logs tiny sft').waitFor();
    await page.unroute('**/api/events*');
  });

  it('a tab that was away is told what it has missed, and no more', async () => {
    await page.addInitScript(() => Object.defineProperty(document, 'hidden', { get: () => 'away' in document.documentElement.dataset }));
    const see = (at: boolean): Promise<void> => page.evaluate((seen) => {
      document.documentElement.toggleAttribute('data-away', !seen);
      document.dispatchEvent(new Event('visibilitychange'));
    }, at);
    const log = (runId: string, message: string): Promise<void> => walker.studio.bus.publishEvent({ runId, jobId: 'j', stage: 'rank', logged: { lines: [{ atMs: Date.now(), level: 'info', message }] } });
    for (const also of ['', '&with=two']) {
      await page.goto('about:blank');
      await log('one', `before${also}`);
      await walker.go(`runs/one?stage=rank&tab=log${also}`);
      await page.getByText(`before${also}`).first().waitFor();
      await see(false);
      const count = await page.locator('.news li').count();
      for (const id of ['one', 'two']) await log(id, `meanwhile${also}`);
      const [asked] = await Promise.all([page.waitForRequest('**/api/events*'), see(true)]);
      expect((await asked.allHeaders())['last-event-id']).toMatch(also === '' ? /^\d+$/ : /^\d+,\d+$/);
      await page.getByText(`meanwhile${also}`).waitFor();
      expect(await page.locator('.news li').count()).toBe(count + 1);
    }
  });

  it('a part of a curve that was drawn larger stays so while the run goes on', async () => {
    const more = Promise.withResolvers<void>();
    let steps = 100;
    await page.route('**/api/events*', async (route) => {
      if (steps > 100) await more.promise;
      const body = Array.from({ length: steps }, (_, i) => `data: ${JSON.stringify({ run: 'tiny', stage: 'sft', kind: 'progress', at: i, step: i + 1, totalSteps: 200, metrics: { loss: 1 / (i + 1) } })}\n\n`);
      steps += 100;
      await route.fulfill({ contentType: 'text/event-stream', body: body.join('') });
    });
    await walker.go('runs/tiny?stage=sft');
    await page.getByRole('figure', { name: 'Loss: loss 0.01', exact: true }).waitFor();
    await page.locator('.chart .u-over').scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await page.locator('.chart .u-over').boundingBox())!;
    const at = (share: number, down = 0.5): Promise<void> => page.mouse.move(x + share * width, y + down * height);
    /** The step at the left end of the plot. */
    const firstShown = async (): Promise<number> => {
      await at(0.1);
      await at(0.01);
      return Number(await page.locator('.chart .u-legend .u-value').first().textContent());
    };
    await at(0.4);
    await page.mouse.down();
    await at(0.5);
    await at(0.6);
    await page.mouse.up();
    await expect.poll(firstShown, patient).toBeGreaterThan(35);
    more.resolve();
    await page.getByRole('figure', { name: /^Loss: loss 0.00/ }).waitFor();
    await at(0.5);
    expect(await firstShown()).toBeGreaterThan(35);
    await page.unroute('**/api/events*');
  });

  it('curves are smoothed and on a logarithmic scale as it was chosen in this browser, are saved as a table, and fit a phone whatever their names', async () => {
    const name = `metric/${'without_a_place_to_break'.repeat(4)}`;
    const events = Array.from({ length: 100 }, (_, i) => `data: ${JSON.stringify({ run: 'tiny', stage: 'sft', kind: 'progress', at: i, step: i + 1, totalSteps: 100, metrics: { loss: i % 2 === 0 ? 100 : 300, [name]: i } })}\n\n`).join('');
    await page.route('**/api/events*', (route) => route.fulfill({ contentType: 'text/event-stream', body: events }));
    await walker.go('runs/tiny?stage=sft');
    const shownAtEnd = async (): Promise<string> => {
      await page.locator('.chart .u-over').first().scrollIntoViewIfNeeded();
      const { x, y, width, height } = (await page.locator('.chart .u-over').first().boundingBox())!;
      await page.mouse.move(x + 0.5 * width, y + 0.5 * height);
      await page.mouse.move(x + width - 1, y + 0.5 * height);
      return (await page.locator('.chart').first().locator('.u-series:not(.behind) .u-value').nth(1).textContent()) ?? '';
    };
    await expect.poll(shownAtEnd, patient).toBe('300');
    await page.getByLabel('Smoothing').fill('0.99');
    await expect.poll(shownAtEnd, patient).toBe('201');
    await walker.button('Logarithmic').click();
    await page.reload();
    await expect.poll(shownAtEnd, patient).toBe('201');
    expect(await walker.button('Logarithmic').getAttribute('aria-pressed')).toBe('true');
    const [download] = await Promise.all([page.waitForEvent('download'), walker.button('Save as CSV').click()]);
    expect(download.suggestedFilename()).toBe('tiny-sft.csv');
    const lines = (await Array.fromAsync(await download.createReadStream())).join('').trim().split('\r\n');
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([101, `"run","step","loss","${name}"`, '"tiny",100,300,99']);
    await page.getByText('1 more figures').click();
    await page.setViewportSize({ width: 360, height: 740 });
    // Plots are drawn anew a moment later.
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth), patient).toBe(360);
    expect(await look(page, 'phone-curves')).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.unroute('**/api/events*');
  });

  it('what is pointed at in one curve is told in the others, and what is enlarged in one is in all', async () => {
    const events = Array.from({ length: 100 }, (_, i) => `data: ${JSON.stringify({ run: 'tiny', stage: 'sft', kind: 'progress', at: i, step: i + 1, totalSteps: 100, metrics: { loss: 100 - i, ...(i % 10 === 9 ? { eval_mean_token_accuracy: i + 1 } : {}) } })}\n\n`).join('');
    await page.route('**/api/events*', (route) => route.fulfill({ contentType: 'text/event-stream', body: events }));
    await page.goto('about:blank');
    await walker.go('runs/tiny?stage=sft');
    await page.getByLabel('Smoothing').fill('0');
    const accuracy = page.getByRole('figure', { name: /^Accuracy/ }).locator('.u-value');
    await expect.poll(() => accuracy.allTextContents(), patient).toEqual(['100', '100']);
    await page.locator('.chart .u-over').first().scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await page.locator('.chart .u-over').first().boundingBox())!;
    const at = (share: number): Promise<void> => page.mouse.move(x + share * width, y + 0.5 * height);
    await at(0.4);
    await at(0.5);
    await expect.poll(async () => Number((await accuracy.allTextContents())[0]), patient).toBe(50);
    await page.mouse.down();
    await at(0.6);
    await at(0.7);
    await page.mouse.up();
    await at(0.5);
    await at(0.01);
    await expect.poll(async () => Number((await accuracy.allTextContents())[0]), patient).toBeGreaterThan(45);
    await page.mouse.move(0, 0);
    await page.unroute('**/api/events*');
  });

  it('what its figures are is told at each of them, of whoever’s they are known, as it was chosen in this browser', async () => {
    const fetched: string[] = [];
    page.on('request', (request) => { if (request.url().includes('/explanations-')) fetched.push(request.url()); });
    await page.route('**/api/events*', (route) => route.fulfill({ contentType: 'text/event-stream', body: `data: ${JSON.stringify({ run: 'tiny', stage: 'sft', kind: 'progress', at: 1, step: 1, totalSteps: 2, metrics: { loss: 2, eval_loss: 3, mine: 1 } })}\n\n` }));
    await page.route(/\/api\/runs\/tiny$/, async (route) => {
      const run = (await (await route.fetch()).json()) as { stages: { stage: string; metrics: Record<string, number> }[] };
      for (const stage of run.stages) if (stage.stage === 'sft') stage.metrics = { lr: 3e-4, mine: 1 };
      await route.fulfill({ json: run });
    });
    await walker.go('runs');
    await walker.go('runs/tiny?stage=sft');
    const loss = page.getByRole('figure', { name: /^Loss/ });
    await loss.waitFor();
    // The latest, where nothing is pointed at.
    await expect.poll(() => loss.locator('.u-series:not(.behind) .u-value').allTextContents(), patient).toEqual(['1', '2', '3']);
    expect([await page.locator('.explained').count(), fetched]).toEqual([0, []]);
    await walker.button('Explain').press('Enter');
    await loss.getByText('Mean cross-entropy of a trained token, in nats, on the validation split, without dropout').waitFor();
    expect(await loss.locator('.explained dt').allTextContents()).toEqual(['loss', 'eval_loss']);
    await page.getByText('1 more figures').click();
    await page.getByRole('figure', { name: /^mine/ }).waitFor();
    await page.getByRole('button', { name: '中文' }).click();
    await page.locator('.chart').first().getByText('步', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    expect(await page.locator('.explained').count()).toBe(1);
    expect(await look(page, 'curves-explained')).toEqual([]);
    await page.getByRole('tab', { name: 'Figures' }).click();
    await page.getByRole('rowheader', { name: 'lr Learning rate' }).waitFor();
    await page.getByRole('rowheader', { name: 'mine', exact: true }).waitFor();
    await page.reload();
    await page.getByRole('rowheader', { name: 'lr Learning rate' }).waitFor();
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('rowheader', { name: 'lr 学习率' }).waitFor();
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await look(page, 'phone-figures-explained')).toEqual([]);
    await page.getByRole('button', { name: 'English' }).click();
    await page.setViewportSize({ width: 1280, height: 900 });
    await walker.button('Explain').click();
    await page.getByRole('rowheader', { name: 'lr', exact: true }).waitFor();
    await page.unrouteAll({ behavior: 'wait' });
  });

  it('what is chosen, and how a stage is, can be seen in colours that the system forces', async () => {
    await page.emulateMedia({ forcedColors: 'active' });
    await walker.go('runs/tiny?stage=sft&tab=figures');
    const backgrounds = (selector: string): Promise<string[]> => page.locator(selector).evaluateAll((nodes) => [...new Set(nodes.map((node) => getComputedStyle(node).backgroundColor))]);
    await stage('sft').waitFor();
    for (const [chosen, all] of [['.stage[aria-pressed="true"]', '.stage'], ['[role="tab"][aria-selected="true"]', '[role="tab"]'], ['.bar nav a[aria-current]', '.bar nav a']] as const) {
      expect([(await backgrounds(chosen)).length, (await backgrounds(all)).length], all).toEqual([1, 2]);
    }
    expect(await backgrounds('.stage .dot')).not.toContain((await backgrounds('body'))[0]);
    expect(await look(page, 'forced-colours')).toEqual([]);
    await page.emulateMedia({ forcedColors: 'none' });
  });

  it('nothing went wrong in the browser on the way', () => {
    expect(walker.heard).toEqual([]);
  });
});
