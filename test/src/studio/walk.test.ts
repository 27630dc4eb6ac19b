import { rpc } from '@minchat/bus';
import type { AnswersRecord } from '@minchat/datasets';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaints, noBrowser, seriousFindings, startBrowser } from './browser.ts';
import { startStudio, type Studio } from './studio.ts';

// A person's way through the studio, in a real browser on real services: each test goes on where
// the one before it ended.

// Machines that test are busy.
const patient = { timeout: 60_000 };

describe.skipIf(noBrowser !== undefined)('the studio', () => {
  let studio: Studio;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let heard: string[];

  beforeAll(async () => {
    [studio, browser] = await Promise.all([startStudio(), startBrowser()]);
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
    context.setDefaultTimeout(60_000);
    page = await context.newPage();
    heard = complaints(page);
  });
  afterAll(async () => {
    await browser.close();
    await studio.close();
  });

  const go = async (path: string): Promise<void> => {
    await page.goto(`${studio.url}#/${path}`);
    await page.locator('h1').waitFor();
  };
  const button = (name: string | RegExp): Locator => page.getByRole('button', { name });
  const comparisons = async (): Promise<{ text: string; rank: number; rating: number; flags: string[]; model: string }[][]> => {
    const { records } = await studio.bus.call(rpc.listRecords, { collection: 'feedback', type: 'comparisons', limit: 100 });
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

  const records: AnswersRecord[] = [1, 2, 3].map((n) => ({
    id: `prompt-${n}`,
    model: 'never shown',
    messages: [{ role: 'user', content: `Explain rain to a six-year-old, please (${n}).` }],
    answers: ['Rain is water that falls from clouds.', 'Clouds are full of tiny drops. When they grow heavy, they fall: that is rain!', 'Rain rain rain.', 'I do not know.'].map((text) => ({ text: `${text} <b>${n}</b>`, finished: true })),
  }));

  it('a run is started from a spec, and what is wrong with it is told by line', async () => {
    await go('runs/new');
    const spec = page.getByLabel('Spec in YAML');
    await spec.fill('name: mine\nstages:\n  data:\n  pretrian: {}\n');
    await page.getByText('did you mean "pretrain"?').waitFor();
    expect(await page.locator('.problem-line').textContent()).toContain('Line 4');
    expect(await button('Start run').isDisabled()).toBe(true);
    await spec.fill(await studio.rankingSpec('by-people', records, 3));
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
    const other = await browser.newContext({ locale: 'en-GB' });
    const second = await other.newPage();
    await second.goto(`${studio.url}#/label`);
    await second.locator('.prompt .turn').waitFor();
    const mine = await promptText();
    expect(await second.locator('.prompt .turn').textContent()).not.toBe(mine);
    // Skipping gives that task back to the first labeler.
    await second.getByRole('button', { name: 'Skip' }).click();
    await second.getByRole('button', { name: 'I cannot judge this' }).click();
    await second.getByText('Nothing to do right now').or(second.locator('.prompt .turn')).first().waitFor();
    await other.close();

    const handle = await page.locator('.handle').first().boundingBox();
    const last = await page.locator('.answer-card').nth(3).boundingBox();
    await page.mouse.move(handle!.x + 8, handle!.y + 8);
    await page.mouse.down();
    await page.mouse.move(handle!.x + 8, handle!.y + 40, { steps: 4 });
    await page.mouse.move(handle!.x + 8, last!.y + last!.height - 12, { steps: 12 });
    await page.mouse.up();
    await expect.poll(answerTexts, patient).toEqual([before[1], before[2], before[3], before[0]]);
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

  it('a demonstration is written, to a prompt of one’s own and to an imported one', async () => {
    await go('label');
    await button('Write your own').click();
    await page.getByLabel('A prompt').fill('What is the capital of France?');
    await page.getByLabel('Your answer').fill('Paris.');
    await button('Hand in').click();
    await page.getByText('1 done in this sitting').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await expect.poll(async () => (await studio.bus.call(rpc.listCollections, {})).collections[0]?.demonstrations, patient).toBe(1);
  });

  it('a file is imported, its bad line told by number, and found by search', async () => {
    await go('data');
    await page.locator('input[type="file"]').setInputFiles({ name: 'My prompts.jsonl', mimeType: 'application/json', buffer: Buffer.from('{"prompt":"What is a zebra?"}\nbroken\n{"prompt":"What is a yak?","completion":"A shaggy ox."}\n') });
    expect(await page.getByLabel('Collection').inputValue()).toBe('my-prompts');
    await button('Import').click();
    await page.getByText('1 lines could not be used:').waitFor();
    expect(await page.locator('.bad-lines tbody tr').textContent()).toBe('2expected JSON, found broken');
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Look at it' }).click();
    await page.getByText('A shaggy ox.').waitFor();
    await button(/^prompts/).click();
    await page.getByText('What is a zebra?').waitFor();
    await page.getByLabel('Search').fill('yak');
    await expect.poll(() => page.locator('.records li').count(), patient).toBe(1);
    expect(await seriousFindings(page)).toEqual([]);

    await go('label');
    await button(/^Answer prompts/).click();
    await expect.poll(promptText, patient).toContain('Explain rain');
    await page.getByLabel('Your answer').fill('Water that falls from clouds.');
    await page.keyboard.press('Control+Enter');
    await expect.poll(async () => (await studio.bus.call(rpc.listCollections, {})).collections.find((one) => one.name === 'feedback')?.demonstrations, patient).toBe(2);
  });

  it('chat streams an answer, and two models are compared blindly', async () => {
    await studio.addModels();
    await go('chat');
    await page.getByLabel('Model', { exact: true }).selectOption('tiny/sft');
    await page.getByText('Settings').click();
    await page.getByLabel('Longest answer in tokens').fill('24');
    await page.getByText('Settings').click();
    await page.getByLabel('Your message').fill('one two three');
    await page.keyboard.press('Enter');
    await page.locator('.turn.assistant.done').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await button('Write anew').click();
    await page.locator('.turn.assistant.done').waitFor();

    await button('Compare blindly').click();
    await page.getByLabel('First model').selectOption('tiny/ppo');
    await page.getByLabel('Second model').selectOption('tiny/sft');
    await page.getByLabel('Your message').fill('what is the capital of France?');
    await page.keyboard.press('Enter');
    await button('Answer 1 is better').waitFor();
    const blind = await page.locator('.duel').textContent();
    expect(blind).not.toContain('tiny/');
    expect(await seriousFindings(page)).toEqual([]);
    const known = (await comparisons()).length;
    await button('Answer 2 is better').click();
    await page.locator('.duel .won').waitFor();
    await expect.poll(async () => (await comparisons()).length, patient).toBe(known + 1);
    const shown = await page.locator('.duel h3 small').allTextContents();
    expect(shown.map((name) => name.trim()).toSorted()).toEqual(['tiny/ppo', 'tiny/sft']);
    const vote = (await comparisons()).find((answers) => answers.some((answer) => answer.model.startsWith('tiny/')));
    expect(vote?.map((answer) => [answer.rank, answer.model])).toEqual([[0, shown[1]?.trim()], [1, shown[0]?.trim()]]);
  });

  it('the report is shown in a frame that may not reach the page', async () => {
    await go('runs/tiny');
    await page.getByRole('tab', { name: 'Report' }).click();
    await page.locator('iframe[sandbox="allow-scripts"]').waitFor();
    await expect.poll(() => page.frames().some((frame) => frame.url().endsWith('/api/runs/tiny/report')), patient).toBe(true);
    expect(await page.frames().find((frame) => frame.url().endsWith('/report'))?.title()).toBe('Report');
  });

  it('it speaks Chinese, is dark if wanted, and fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByLabel('主题').selectOption('dark');
    for (const path of ['runs', 'runs/tiny', 'runs/new', 'chat', 'label', 'data', 'data/my-prompts']) {
      await go(path);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(390);
      expect(await seriousFindings(page), path).toEqual([]);
    }
    await go('runs');
    expect(await page.locator('h1').textContent()).toBe('运行');
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-CN');
  });

  it('nothing went wrong in the browser on the way', () => {
    expect(heard).toEqual([]);
  });
});
