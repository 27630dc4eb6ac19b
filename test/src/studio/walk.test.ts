import { rpc } from '@minchat/bus';
import type { AnswersRecord } from '@minchat/datasets';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, seriousFindings } from './browser.ts';
import { asOnPhone, look, patient, startWalker, type Walker } from './walker.ts';

/** What the browser keeps of a task that was begun. Runs in the page. */
const draftOf = (id: string): string | undefined => Object.entries(localStorage).find(([key]) => key.endsWith(id))?.[1] as string | undefined;

// A labeler's way through the studio, in a real browser on real services: each test goes on where
// the one before it ended.

describe.skipIf(noBrowser !== undefined)('labeling in the studio', () => {
  let walker: Walker;
  let page: Page;
  beforeAll(async () => {
    walker = await startWalker();
    page = walker.page;
  });
  afterAll(() => walker?.close());

  const go = (path: string): Promise<void> => walker.go(path);
  const button = (name: string | RegExp) => walker.button(name);
  const comparisons = async (): Promise<{ text: string; rank: number; rating: number; flags: string[]; model: string }[][]> => {
    const { records } = await walker.studio.bus.call(rpc.listRecords, { collection: 'feedback', type: 'comparisons', limit: 100 });
    return records.map((record) => record.answers);
  };

  it('first minute: an empty installation leads to the quickstart', async () => {
    await go('');
    expect(await page.locator('h1').textContent()).toBe('Train your own ChatGPT');
    expect(await seriousFindings(page)).toEqual([]);
    await button('Start the quickstart').click();
    await page.locator('.stage[data-stage="ppo"]').waitFor();
    // The picture changes as the stage's events come.
    await page.locator('.stage[data-stage="data"][data-status="completed"]').waitFor();
    await page.locator('.stage[data-stage="pretrain"][data-status="queued"]').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await button('Cancel').click();
    await button('Resume').waitFor();
    await go('');
    expect(await page.locator('h1').textContent()).toBe('Runs');
  });

  it('a fork has the settings that stand in its form, and no others', async () => {
    await page.locator('main .row').first().click();
    await button('Fork').click();
    await page.getByLabel('The first stage to do anew').selectOption('sft');
    const dialog = page.getByRole('dialog');
    type Spec = { stages: Record<string, { settings?: Record<string, unknown> }> };
    const specHere = async (): Promise<Spec> => ((await (await fetch(`${walker.studio.url}api/runs/${page.url().split('/').at(-1)}`)).json()) as { spec: Spec }).spec;
    const { learningRate, ...others } = (await specHere()).stages['sft']?.settings ?? {};
    expect(await dialog.getByLabel('learning rate', { exact: true }).inputValue()).toBe(String(learningRate));
    await dialog.getByLabel('learning rate', { exact: true }).fill('');
    await dialog.getByLabel('epochs', { exact: true }).fill('1');
    await dialog.getByRole('button', { name: 'Start run' }).click();
    await page.getByText(/^forked from /).waitFor();
    const spec = await specHere();
    expect(spec.stages['sft']?.settings).toEqual({ ...others, epochs: 1 });
    expect(spec.stages['ppo']?.settings).toHaveProperty('learningRate');
    await button('Cancel').click();
    await button('Resume').waitFor();
  });

  const records: AnswersRecord[] = [1, 2, 3].map((n) => ({
    id: `prompt-${n}`,
    model: 'never shown',
    messages: [{ role: 'user', content: `Explain rain to a six-year-old, please (${n}).` }],
    answers: ['Rain is water that falls from clouds.', 'Clouds are full of tiny drops. When they grow heavy, they fall: that is rain!', 'Rain rain rain.', 'I do not know.'].map((text) => ({ text: `${text} <b>${n}</b>`, finished: true })),
  }));

  it('a setting of a stage that has none yet comes with the variant that it belongs to', async () => {
    await go('runs/new');
    await button('YAML').click();
    await page.getByLabel('Spec in YAML').fill('name: mine\nstages:\n  data:\n');
    await button('Form').click();
    await page.locator('.stage-form[data-stage="data"] summary').click();
    await page.getByLabel('documents', { exact: true }).fill('7');
    expect(await page.locator('.result pre').textContent()).toContain('settings: { source: world, documents: 7 }');
    await page.getByLabel('source', { exact: true }).selectOption('collection');
    expect(await page.locator('.result pre').textContent()).toContain('settings: { source: collection }');
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('a run is started from a spec, and what is wrong with it is told by line', async () => {
    await go('runs/new');
    await button('YAML').click();
    const spec = page.getByLabel('Spec in YAML');
    await spec.fill('name: mine\nstages:\n  data:\n  pretrian: {}\n');
    await page.getByText('did you mean "pretrain"?').waitFor();
    expect(await page.locator('.problem-line').filter({ hasText: 'did you mean "pretrain"?' }).textContent()).toContain('Line 4');
    expect(await button('Start run').isDisabled()).toBe(true);
    await spec.fill(await walker.studio.rankingSpec('by-people', records, 3));
    await page.locator('.stage[data-stage="rank"]').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await button('Start run').click();
    await page.getByText('This run waits for rankings by people.').waitFor();
    await page.getByRole('link', { name: 'Rank answers' }).click();
    await page.locator('.answer-card').first().waitFor();
  });

  const answerTexts = (): Promise<string[]> => page.locator('.answer-card p.text').allTextContents();
  const promptText = async (): Promise<string> => (await page.locator('.prompt .turn').textContent()) ?? '';

  it('answers are ranked by mouse; a second labeler gets another task', async () => {
    const before = await answerTexts();
    // Markup in stored text is text.
    expect(before.every((text) => text.includes('<b>'))).toBe(true);
    expect(await page.content()).not.toContain('never shown');
    const other = await walker.browser.newContext({ locale: 'en-GB' });
    const second = await other.newPage();
    await second.goto(`${walker.studio.url}#/label`);
    await second.locator('.prompt .turn').waitFor();
    const mine = await promptText();
    expect(await second.locator('.prompt .turn').textContent()).not.toBe(mine);
    // On a phone the arrows stand beside the flags, not on them.
    await second.setViewportSize({ width: 412, height: 900 });
    const [flags, arrow] = await Promise.all(['.flags summary', '.answer-moves button'].map((part) => second.locator(part).first().boundingBox()));
    expect((flags?.x ?? 0) + (flags?.width ?? 0)).toBeLessThanOrEqual(arrow?.x ?? 0);
    await second.locator('.flags summary').first().click();
    // Skipping gives that task back to the first labeler.
    await second.getByRole('button', { name: 'Skip' }).click();
    await second.getByRole('button', { name: 'I cannot judge this' }).click();
    // The others are the first labeler's: one before them, one fetched already.
    await second.getByText('All done. Thank you!').waitFor();
    await other.close();

    const handle = await page.locator('.handle').first().boundingBox();
    const last = await page.locator('.answer-card').nth(3).boundingBox();
    await page.mouse.move(handle!.x + 8, handle!.y + 8);
    await page.mouse.down();
    await page.mouse.move(handle!.x + 8, handle!.y + 40, { steps: 4 });
    await page.mouse.move(handle!.x + 8, last!.y + last!.height - 12, { steps: 12 });
    await page.mouse.up();
    await expect.poll(answerTexts, patient).toEqual([before[1], before[2], before[3], before[0]]);
    // What was begun outlives a reload, and the same task is there again.
    await page.reload();
    await expect.poll(answerTexts, patient).toEqual([before[1], before[2], before[3], before[0]]);
    expect(await promptText()).toBe(mine);
    await button('Mark what the first does not say').click();
    await page.locator('.answer-card ins').first().waitFor();
    expect((await answerTexts()).toSorted()).toEqual(before.toSorted());
    await page.locator('.answer-card').first().getByRole('button', { name: 'Rate 7 of 7' }).click();
    await page.locator('.answer-card').last().getByText('Flags').click();
    await page.locator('.answer-card').last().getByLabel('Hallucination').check();
    expect(await seriousFindings(page)).toEqual([]);
    await button('Hand in').click();
    await expect.poll(promptText, patient).not.toBe(mine);
    await expect.poll(comparisons, patient).toHaveLength(1);
    const [ranked] = await comparisons();
    expect(ranked?.map((answer) => answer.text)).toEqual([before[1], before[2], before[3], before[0]]);
    expect(ranked?.[0]).toMatchObject({ rank: 0, rating: 7, model: 'never shown' });
    expect(ranked?.[3]).toMatchObject({ rank: 3, flags: ['hallucination'] });
  });

  it('a gateway that is slow to answer does not take a task from under the hands', async () => {
    const other = await walker.browser.newContext({ locale: 'en-GB' });
    const slow = await other.newPage();
    let asked = 0;
    const waiting: (() => void)[] = [];
    await slow.route('**/api/label/tasks', async (route) => {
      asked += 1;
      // Nothing at first; then every answer waits until it is let go, and would be another task.
      const n = asked;
      if (n > 1) await new Promise<void>((resolve) => waiting.push(resolve));
      const task = { id: `task-${n}`, kind: 'rank', run: 'r', stage: 'rank', messages: [{ role: 'user', content: `question ${n}` }], answers: [{ text: 'a', finished: true }, { text: 'b', finished: true }], leasedUntil: 0 };
      await route.fulfill({ json: { task: n === 1 ? null : task } }).catch(() => undefined);
    });
    await slow.clock.install();
    await slow.goto(`${walker.studio.url}#/label`);
    await slow.getByText('Nothing to do right now').waitFor();
    // The page looks again and again while the first answer is on its way.
    for (let i = 0; i < 3; i += 1) await slow.clock.runFor(4100);
    await expect.poll(() => waiting.length, patient).toBeGreaterThan(0);
    waiting[0]?.();
    await slow.getByText('question 2').waitFor();
    for (const release of waiting) release();
    await slow.clock.runFor(1000);
    expect(await slow.locator('.prompt .turn').textContent()).toBe('question 2');
    await other.close();
  });

  it('answers are ranked by the keyboard alone', async () => {
    const before = await answerTexts();
    const mine = await promptText();
    // The focus is on the first answer: it goes to place 3, its rating is 6, and it is tied there.
    await page.locator('.answer-card[data-place="0"]:focus').waitFor();
    await page.keyboard.press('3');
    await page.locator('.answer-card[data-place="2"]:focus').waitFor();
    await page.keyboard.press('Shift+6');
    await page.keyboard.press('Equal');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Alt+ArrowUp');
    expect(await answerTexts()).toEqual([before[2], before[1], before[0], before[3]]);
    await page.keyboard.press('Control+z');
    await expect.poll(answerTexts, patient).toEqual([before[1], before[2], before[0], before[3]]);
    await page.keyboard.press('Control+Enter');
    await expect.poll(promptText, patient).not.toBe(mine);
    await expect.poll(comparisons, patient).toHaveLength(2);
    const ranked = (await comparisons()).find((answers) => answers.some((answer) => answer.text === before[0]));
    const given = Object.fromEntries(ranked?.map(({ text, rank, rating }) => [text, [rank, rating]]) ?? []);
    expect(before.map((text) => given[text])).toEqual([[1, 6], [0, 0], [1, 0], [2, 0]]);
  });

  it('a run goes on when enough rankings came from the page', async () => {
    await page.locator('.answer-card[data-place="0"]:focus').waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByText('All done. Thank you!').waitFor();
    await go('runs');
    await page.getByRole('link', { name: /by-people/ }).click();
    await page.locator('.stage[data-stage="rank"][data-status="completed"]').waitFor();
    await page.locator('.tag.completed').waitFor();
  });

  it('a task stays the labeler’s while they are at it; once it is lost the page says so and keeps what was begun', async () => {
    const spec = await walker.studio.rankingSpec('kept', records.map((record) => ({ ...record, id: `kept-${record.id}` })), 3);
    await fetch(`${walker.studio.url}api/runs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ spec, id: 'kept' }) });
    const other = await walker.browser.newContext({ locale: 'en-GB' });
    const slow = await other.newPage();
    await slow.clock.install();
    await slow.goto(`${walker.studio.url}#/label`);
    await slow.locator('.answer-card[data-place="0"]:focus').waitFor();
    await slow.keyboard.press('3');
    const before = await slow.locator('.answer-card p.text').allTextContents();
    const prompt = await slow.locator('.prompt .turn').textContent();

    // Nothing is asked for as long as nothing is done; a sign of life keeps this task and the one behind it.
    const renewals: { id: string; status: number }[] = [];
    slow.on('response', (response) => {
      const id = /tasks\/(\w+)\/renew/.exec(response.url())?.[1];
      if (id !== undefined) renewals.push({ id, status: response.status() });
    });
    await slow.clock.fastForward('10:00');
    expect(renewals).toEqual([]);
    await slow.mouse.move(100, 100);
    await expect.poll(() => renewals.map(({ status }) => status), patient).toEqual([200, 200]);
    await slow.mouse.move(120, 100);
    expect(renewals).toHaveLength(2);

    // Taken away at the store: the page finds out at the next sign of life.
    const labelerId = await slow.evaluate(() => localStorage.getItem('minchat-labeler') ?? '');
    const taskId = renewals[0]?.id ?? '';
    await walker.studio.bus.call(rpc.skipTask, { taskId, labelerId, reason: 'taken away' });
    await slow.clock.fastForward('02:00');
    await slow.mouse.move(100, 100);
    await slow.getByRole('alert').getByText('This task is no longer yours.').waitFor();
    expect(await slow.getByRole('button', { name: 'Hand in' }).count()).toBe(0);
    expect(await slow.locator('.answer-card p.text').allTextContents()).toEqual(before);
    expect(await slow.evaluate(draftOf, taskId)).toContain('"order":[1,2,0,3]');
    expect(await look(slow, 'label-lost')).toEqual([]);
    await slow.getByRole('button', { name: 'Take another task' }).click();
    await expect.poll(() => slow.locator('.prompt .turn').textContent(), patient).not.toBe(prompt);
    await slow.getByRole('button', { name: 'Hand in' }).waitFor();

    // The same when handing in is what finds out.
    const second = renewals[1]?.id ?? '';
    await walker.studio.bus.call(rpc.skipTask, { taskId: second, labelerId, reason: 'taken away' });
    await slow.keyboard.press('2');
    await slow.keyboard.press('Control+Enter');
    await slow.getByRole('alert').getByText('This task is no longer yours.').waitFor();
    expect(await slow.evaluate(draftOf, second)).toContain('"order":[1,0,2,3]');
    await asOnPhone(slow);
    expect(await look(slow, 'phone-label-lost')).toEqual([]);
    await other.close();
    await fetch(`${walker.studio.url}api/runs/kept/cancel`, { method: 'POST' });
  });

  it('a demonstration is written, to a prompt of one’s own and to an imported one', async () => {
    await go('label');
    await button('Write your own').click();
    await page.getByLabel('A prompt').fill('What is the capital of France?');
    await page.getByLabel('Your answer').fill('Paris.');
    await button('Hand in').click();
    await page.getByText('1 done in this sitting').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await expect.poll(async () => (await walker.studio.bus.call(rpc.listCollections, {})).collections[0]?.demonstrations, patient).toBe(1);
  });

  it('agreement and guidelines have pages', async () => {
    await go('agreement');
    await page.getByRole('heading', { name: 'Labelers' }).waitFor();
    // The time that the page measured came along.
    expect(await page.locator('table').first().locator('tbody tr').first().textContent()).toMatch(/\d+ s/);
    expect(await seriousFindings(page)).toEqual([]);
    await go('label/guidelines');
    await page.getByText('Truthful: a wrong fact is worse than a missing one.').waitFor();
    await button('Edit').click();
    await page.getByLabel('Text in Markdown').fill('# House rules\n\nBe **fair**. <img src=x onerror="alert(1)"> [bad](javascript:alert(1)) [out](//elsewhere.example/a) [in](#/label) ![seen](//elsewhere.example/b)');
    expect(await seriousFindings(page)).toEqual([]);
    await button('Save').click();
    await page.locator('.prose strong').waitFor();
    expect(await page.locator('.prose').innerHTML()).not.toMatch(/<img|javascript:/);
    expect(await page.locator('.prose p').textContent()).toMatch(/ bad out \(elsewhere\.example\) in seen \(elsewhere\.example\)$/);
    expect(await page.locator('.prose a').evaluateAll((links) => links.map((link) => link.getAttribute('rel')))).toEqual(['noopener noreferrer', null, 'noopener noreferrer']);
    await go('label');
    await button('Guidelines and keys').click();
    await page.getByRole('dialog').getByText('House rules').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  });

  it('every page of labeling fits a phone, in Chinese and in the dark', async () => {
    expect(await walker.lookOnPhone(['label', 'label/guidelines', 'agreement'])).toEqual([]);
  });

  it('nothing went wrong in the browser on the way', () => {
    expect(walker.heard).toEqual([]);
  });
});
