import { rpc } from '@minchat/bus';
import type { AnswersRecord } from '@minchat/datasets';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser } from './browser.ts';
import { labelerOf, look, onlyOf, patient, startWalker, type Walker } from './walker.ts';

// What labelers rely on besides the way itself (walk.test.ts): undoing, the focus, phones, and their own script.

const longName = `unbreakable${'0123456789'.repeat(6)}`.slice(0, 64);
const hebrew = 'הסבירו מהו גשם';

describe.skipIf(noBrowser !== undefined)('at a labeling task', () => {
  let walker: Walker;
  let page: Page;
  beforeAll(async () => {
    walker = await startWalker();
    page = walker.page;
    const records: AnswersRecord[] = [1, 2, 3].map((n) => ({
      id: `prompt-${n}`,
      model: 'm',
      messages: [{ role: 'user', content: `${hebrew} (${n}).` }],
      answers: ['גשם הוא מים.', 'Rain is water.', 'Rain rain.', 'I do not know.'].map((text) => ({ text, finished: true })),
    }));
    const spec = await walker.studio.rankingSpec('long', records, 3);
    await fetch(`${walker.studio.url}api/runs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ spec, id: longName }) });
    await walker.go('label');
    await page.locator('.answer-card[data-place="0"]:focus').waitFor();
  });
  afterAll(() => walker?.close());

  const answerTexts = (): Promise<string[]> => page.locator('.answer-card p.text').allTextContents();
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? '');
  const directionOf = (selector: string): Promise<string[]> => page.locator(selector).evaluateAll((nodes) => nodes.map((node) => getComputedStyle(node).direction));

  it('what was undone to the beginning does not come back', async () => {
    const offered = await answerTexts();
    await page.keyboard.press('3');
    await page.keyboard.press('1');
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    expect(await answerTexts()).toEqual(offered);
    await page.reload();
    await page.locator('.answer-card[data-place="0"]:focus').waitFor();
    expect(await answerTexts()).toEqual(offered);
  });

  it('what was undone comes back by keys and by the button, until something else is done', async () => {
    const offered = await answerTexts();
    await page.keyboard.press('4');
    const moved = await answerTexts();
    await page.keyboard.press('Control+z');
    expect(await answerTexts()).toEqual(offered);
    await page.keyboard.press('Control+Shift+Z');
    expect(await answerTexts()).toEqual(moved);
    await page.keyboard.press('Control+z');
    await walker.button('Redo').click();
    expect(await answerTexts()).toEqual(moved);
    await page.keyboard.press('Control+z');
    await page.locator('.answer-card[data-place="0"]').press('2');
    const other = await answerTexts();
    expect(await walker.button('Redo').isDisabled()).toBe(true);
    await page.keyboard.press('Control+y');
    expect(await answerTexts()).toEqual(other);
    await page.keyboard.press('Control+z');
    expect(await answerTexts()).toEqual(offered);
  });

  it('the keys of the work in hand are shown by a key, and a reload goes on with that work', async () => {
    const keysShown = async (): Promise<string[]> => {
      await page.keyboard.press('?');
      const keys = await page.getByRole('dialog').locator('kbd').allTextContents();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      return keys;
    };
    expect(await keysShown()).toContain('Shift+1 – 7');
    await walker.button('Write your own').click();
    await page.getByLabel('A prompt').waitFor();
    expect(await keysShown()).toEqual(['Ctrl+Enter', '?']);
    await page.reload();
    await page.getByLabel('A prompt').waitFor();
    await page.goBack();
    await page.locator('.answer-card').first().waitFor();
  });

  it('an answer is dragged by keys, which is told in the language of the page', async () => {
    const chinese = await (await walker.browser.newContext({ locale: 'zh-CN' })).newPage();
    chinese.setDefaultTimeout(patient.timeout);
    await chinese.goto(`${walker.studio.url}#/label`);
    const handle = chinese.locator('.answer-card[data-place="0"] .handle');
    await handle.focus();
    const described = await handle.evaluate((node: HTMLElement) => [node.ariaRoleDescription, ...(node.ariaDescribedByElements ?? []).map((element) => element.textContent)].join(' '));
    expect(described).toMatch(/^可移动 按空格键/);
    const told = chinese.locator('[id^="DndLiveRegion"]');
    await chinese.keyboard.press('Space');
    await expect.poll(() => told.textContent(), patient).toBe('第 1 位，共 4 位');
    // The first of its steps is taken once the answers have been measured.
    await expect.poll(async () => {
      await chinese.keyboard.press('ArrowDown');
      return told.textContent();
    }, patient).not.toBe('第 1 位，共 4 位');
    await chinese.keyboard.press('Escape');
    await chinese.context().close();
  });

  it('a dialog gives the focus back to where it was opened', async () => {
    for (const name of ['Skip', 'Guidelines and keys']) {
      await walker.button(name).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await focused()).toBe(name);
    }
    const card = page.locator('.answer-card[data-place="1"]');
    await card.focus();
    await page.keyboard.press('s');
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await page.locator('.answer-card[data-place="1"]:focus').waitFor();
  });

  it('texts run in the direction of their script, where they are read and where they are written', async () => {
    expect(await directionOf('.prompt .turn [dir]')).toEqual(['rtl']);
    const texts = await answerTexts();
    expect(await directionOf('.answer-card p.text')).toEqual(texts.map((text) => (text.startsWith('ג') ? 'rtl' : 'ltr')));
    await walker.button('Write your own').click();
    await page.getByLabel('A prompt').fill(hebrew);
    await page.getByLabel('Your answer').fill('Rain.');
    expect(await directionOf('textarea')).toEqual(['rtl', 'ltr']);
    await page.getByLabel('A prompt').fill('');
    await page.getByLabel('Your answer').fill('');
  });

  it('what a field is for is told with it', async () => {
    expect(await page.getByLabel('A prompt').evaluate((area: HTMLTextAreaElement) => area.ariaDescribedByElements?.map((element) => element.textContent))).toEqual(['Something that you would ask.']);
  });

  it('who hands in an answer by keys goes on by keys', async () => {
    const imported = ['What is a zebra?', 'What is a yak?'].map((prompt) => JSON.stringify({ prompt })).join('\n');
    await (await fetch(`${walker.studio.url}api/data/imports?collection=asked&format=jsonl`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: imported })).text();
    await walker.button(/^Answer prompts/).click();
    const prompt = page.locator('.prompt .turn');
    const first = await prompt.textContent();
    await page.getByLabel('Your answer').fill('An animal.');
    // Enter that ends a composition is the input method's.
    await page.getByLabel('Your answer').evaluate((area) => area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, ctrlKey: true, bubbles: true })));
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => prompt.textContent(), patient).not.toBe(first);
    await page.getByLabel('Your answer').and(page.locator(':focus')).waitFor();
    await page.getByText('1 done in this sitting').waitFor();
  });

  it('who gives their name while they are at a task hands it in under that name', async () => {
    const other = await labelerOf(walker, 'named', [1, 2].map((n) => ({ id: `named-${n}`, model: 'm', messages: [{ role: 'user', content: `Who (${n})?` }], answers: ['I.', 'You.'].map((text) => ({ text, finished: true })) })));
    await other.keyboard.press('2');
    await other.getByLabel('Your name').fill('ann');
    for (const done of [1, 2]) {
      await other.getByRole('button', { name: 'Hand in' }).click();
      await other.getByText(`${done} done in this sitting`).waitFor();
    }
    const ranked = async () => (await walker.studio.bus.call(rpc.listRecords, { collection: 'feedback', type: 'comparisons', labeler: 'ann', limit: 100 })).records;
    await expect.poll(async () => (await ranked()).map(({ messages }) => messages[0]?.content ?? '').toSorted(), patient).toEqual(['Who (1)?', 'Who (2)?']);
    expect((await ranked()).some(({ answers }) => answers[0]?.text === 'You.')).toBe(true);
    await other.context().close();
  });

  it('what was begun under one name goes with whoever takes another', async () => {
    const other = await labelerOf(walker, 'begun', [{ id: 'begun', model: 'm', messages: [{ role: 'user', content: 'Which?' }], answers: ['This.', 'That.', 'None.'].map((text) => ({ text, finished: true })) }]);
    const texts = (): Promise<string[]> => other.locator('.answer-card p.text').allTextContents();
    const rename = async (name: string): Promise<void> => {
      const renewed = other.waitForResponse(/\/renew$/);
      await other.getByLabel('Your name').fill(name);
      await other.getByLabel('Your name').blur();
      await renewed;
    };
    const offered = await texts();
    await other.locator('.answer-card[data-place="0"]').press('3');
    await expect.poll(texts, patient).not.toEqual(offered);
    const ranked = await texts();
    await rename('bea');
    await other.reload();
    await other.locator('.answer-card').first().waitFor();
    expect(await texts()).toEqual(ranked);
    await other.getByRole('button', { name: 'Write your own' }).click();
    await other.getByLabel('A prompt').fill('What is a gnu?');
    await other.getByLabel('Your name').fill('cas');
    await other.getByLabel('Your name').blur();
    await other.reload();
    await other.getByRole('button', { name: 'Write your own' }).click();
    await expect.poll(() => other.getByLabel('A prompt').inputValue(), patient).toBe('What is a gnu?');
    // Nothing stays behind for somebody of the old name.
    await other.evaluate(() => localStorage.setItem('minchat-labeler', 'bea'));
    await other.reload();
    await other.getByRole('button', { name: 'Write your own' }).click();
    expect(await other.getByLabel('A prompt').inputValue()).toBe('');
    await other.context().close();
    await fetch(`${walker.studio.url}api/runs/begun/cancel`, { method: 'POST' });
  });

  it('guidelines that are being written outlive a look at another page and a reload, until they are saved or discarded', async () => {
    const editor = await (await walker.browser.newContext({ locale: 'en-GB' })).newPage();
    editor.setDefaultTimeout(patient.timeout);
    await editor.goto(`${walker.studio.url}#/label/guidelines`);
    await editor.getByRole('button', { name: 'Edit' }).click();
    const field = editor.getByLabel('Text in Markdown');
    await field.fill('Be brief.');
    await editor.getByRole('link', { name: '← Label' }).click();
    await editor.getByRole('button', { name: 'Guidelines and keys' }).click();
    await editor.getByRole('link', { name: 'The guidelines on a page of their own' }).click();
    await expect.poll(() => field.inputValue(), patient).toBe('Be brief.');
    await editor.reload();
    await expect.poll(() => field.inputValue(), patient).toBe('Be brief.');
    await editor.getByRole('button', { name: 'Discard' }).click();
    await editor.reload();
    await editor.getByRole('button', { name: 'Edit' }).waitFor();
    await editor.context().close();
  });

  it('of two who edit the guidelines at once the second sees what the first has saved, and nothing is lost', async () => {
    const edit = async (text: string): Promise<Page> => {
      const editor = await (await walker.browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' })).newPage();
      editor.setDefaultTimeout(patient.timeout);
      await editor.goto(`${walker.studio.url}#/label/guidelines`);
      await editor.getByRole('button', { name: 'Edit' }).click();
      await editor.getByLabel('Text in Markdown').fill(text);
      return editor;
    };
    const stored = async (): Promise<string> => (await walker.studio.bus.call(rpc.getGuidelines, {})).text;
    const [ann, ben] = [await edit('Be fair.'), await edit('Be short.')];
    await ann.getByRole('button', { name: 'Save' }).click();
    await ann.getByRole('button', { name: 'Edit' }).waitFor();
    await ben.getByRole('button', { name: 'Save' }).click();
    await ben.getByRole('alert').getByText('Somebody else has changed the guidelines meanwhile.').waitFor();
    expect(await stored()).toBe('Be fair.');
    expect([await ben.getByLabel('Their text').inputValue(), await ben.getByLabel('Text in Markdown').inputValue()]).toEqual(['Be fair.', 'Be short.']);
    expect(await look(ben, 'guidelines-of-two')).toEqual([]);
    await ben.getByLabel('Text in Markdown').fill('Be fair and short.');
    await ben.getByRole('button', { name: 'Save' }).click();
    await ben.getByRole('button', { name: 'Edit' }).waitFor();
    expect(await stored()).toBe('Be fair and short.');
    // A program that sends no time replaces whatever there is.
    const put = (body: object): Promise<Response> => fetch(`${walker.studio.url}api/label/guidelines`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    expect((await put({ text: 'Be kind.', updatedAt: 1 })).status).toBe(409);
    expect((await put({ text: 'Be kind.' })).status).toBe(200);
    for (const editor of [ann, ben]) await editor.context().close();
  });

  it('who ranks one task after another sees each from its beginning, with the marks they chose, and hands in by keys wherever they clicked', async () => {
    const other = await labelerOf(walker, 'tall', [1, 2].map((n) => ({ id: `tall-${n}`, model: 'm', messages: [{ role: 'user', content: `Count (${n}).` }], answers: ['one', 'two', 'three'].map((text) => ({ text: `${text}\n`.repeat(30), finished: true })) })));
    const prompt = other.locator('.prompt .turn');
    const first = await prompt.textContent();
    await other.getByRole('button', { name: 'Mark what the first does not say' }).click();
    await other.locator('.answer-card ins').first().waitFor();
    // Not from behind a dialog.
    let handedIn = 0;
    other.on('request', (request) => { if (request.url().endsWith('/submit')) handedIn += 1; });
    await other.getByRole('button', { name: 'Guidelines and keys' }).click();
    await other.getByRole('dialog').waitFor();
    await other.evaluate(() => { (document.activeElement as HTMLElement | null)?.blur(); });
    await other.keyboard.press('Control+Enter');
    await other.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await other.getByRole('dialog').waitFor({ state: 'detached' });
    expect(handedIn).toBe(0);
    await other.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await other.mouse.click(5, 400);
    expect(await other.evaluate(() => document.activeElement?.closest('.task') ?? null)).toBe(null);
    await other.keyboard.press('Control+Enter');
    await expect.poll(() => prompt.textContent(), patient).not.toBe(first);
    await other.locator('.answer-card ins').first().waitFor();
    // What is long is folded in the tasks that follow, too, and read by keys.
    const height = (): Promise<number> => other.locator('.answer-card').first().evaluate((node) => node.clientHeight);
    const whole = await height();
    await other.getByRole('button', { name: 'Fold long answers' }).click();
    expect(await height()).toBeLessThan(whole / 2);
    await other.reload();
    await other.locator('.answer-card p.text').first().focus();
    await other.keyboard.press('ArrowDown');
    await expect.poll(() => other.locator('.answer-card p.text').first().evaluate((node) => node.scrollTop), patient).toBeGreaterThan(0);
    expect(await look(other, 'label-folded')).toEqual([]);
    await other.getByRole('button', { name: 'Fold long answers' }).click();
    const heading = other.getByRole('heading', { name: 'Prompt' });
    expect(await heading.evaluate((node) => node.getBoundingClientRect().top >= (document.querySelector('.bar')?.getBoundingClientRect().bottom ?? 0))).toBe(true);
    await other.context().close();
    await fetch(`${walker.studio.url}api/runs/tall/cancel`, { method: 'POST' });
  });

  it('keys that are held down hand in one task, not those that follow', async () => {
    const other = await labelerOf(walker, 'held', [1, 2, 3].map((n) => ({ id: `held-${n}`, model: 'm', messages: [{ role: 'user', content: `Held (${n})?` }], answers: ['Yes.', 'No.'].map((text) => ({ text, finished: true })) })));
    const prompt = other.locator('.prompt .turn');
    const first = await prompt.textContent();
    await other.keyboard.down('Control');
    await other.keyboard.down('Enter');
    await expect.poll(() => prompt.textContent(), patient).not.toBe(first);
    const second = await prompt.textContent();
    for (let repeated = 0; repeated < 5; repeated += 1) await other.keyboard.down('Enter');
    await other.keyboard.up('Enter');
    await other.keyboard.up('Control');
    // What came of it would be here by the time that a look around is over.
    expect(await look(other, 'label-held')).toEqual([]);
    expect(await prompt.textContent()).toBe(second);
    await other.getByText('1 done in this sitting').waitFor();
    await other.keyboard.press('Control+Enter');
    await other.getByText('2 done in this sitting').waitFor();
    await other.context().close();
    await fetch(`${walker.studio.url}api/runs/held/cancel`, { method: 'POST' });
  });

  it('a note is written by keys, outlives a reload, and is read with the ranking', async () => {
    const other = await labelerOf(walker, 'noted', [1, 2].map((n) => ({ id: `noted-${n}`, model: 'm', messages: [{ role: 'user', content: `Noted (${n})?` }], answers: ['Yes.', 'No.', 'Maybe.'].map((text) => ({ text, finished: true })) })));
    const texts = (): Promise<string[]> => other.locator('.answer-card p.text').allTextContents();
    const field = other.getByLabel('Note, if you like');
    await other.locator('.answer-card[data-place="0"]').press('3');
    const ranked = await texts();
    await other.keyboard.press('n');
    await other.keyboard.type('s = sky? 1 wrong');
    // Keys of the answers are letters here, and what is undone are letters.
    expect([await field.inputValue(), await texts()]).toEqual(['s = sky? 1 wrong', ranked]);
    await other.reload();
    await expect.poll(() => field.inputValue(), patient).toBe('s = sky? 1 wrong');
    expect(await texts()).toEqual(ranked);
    // A ranking that is undone takes no note along.
    await other.locator('.answer-card[data-place="0"]').press('2');
    await other.keyboard.press('Control+z');
    await field.focus();
    await other.keyboard.press('Control+Enter');
    await other.getByText('1 done in this sitting').waitFor();
    expect(await field.inputValue()).toBe('');
    expect(await look(other, 'label-note')).toEqual([]);
    await field.fill('A telephone number.');
    await other.locator('.answer-card').first().press('s');
    await other.getByRole('dialog').getByRole('button', { name: 'It contains personal data' }).click();
    await other.getByText('2 done in this sitting').waitFor();
    await other.goto(`${walker.studio.url}#/agreement`);
    await other.getByRole('region', { name: 'Notes, the latest first' }).getByText('s = sky? 1 wrong').waitFor();
    await other.getByRole('region', { name: 'Skipped tasks' }).getByRole('row', { name: 'It contains personal data noted still open' }).waitFor();
    await other.getByRole('region', { name: 'Notes, the latest first' }).getByRole('row', { name: /^A telephone number\..*skipped$/ }).waitFor();
    expect(await look(other, 'agreement-notes')).toEqual([]);
    await other.getByRole('region', { name: 'Notes, the latest first' }).getByRole('link').click();
    await other.locator('.records').getByText('s = sky? 1 wrong').waitFor();
    await other.context().close();
    await fetch(`${walker.studio.url}api/runs/noted/cancel`, { method: 'POST' });
  });

  it('each tab of a labeler has tasks of its own, and takes over what was left in one that is closed', async () => {
    const first = await labelerOf(walker, 'tabs', [1, 2, 3, 4].map((n) => ({ id: `tabs-${n}`, model: 'm', messages: [{ role: 'user', content: `Which tab (${n})?` }], answers: ['This.', 'That.'].map((text) => ({ text, finished: true })) })));
    const open = async (): Promise<Page> => {
      const tab = await first.context().newPage();
      await onlyOf(tab, 'tabs');
      return tab;
    };
    /** Until a tab has the task before it and the one behind. */
    const loaded = async (tab: Page, load: () => Promise<unknown>): Promise<string> => {
      let leased = 0;
      tab.on('response', (response) => { if (response.url().endsWith('/api/label/tasks')) leased += 1; });
      await load();
      await expect.poll(() => leased, patient).toBe(2);
      return (await tab.locator('.prompt .turn').textContent()) ?? '';
    };
    const second = await open();
    const asked = await loaded(first, () => first.reload());
    const other = await loaded(second, () => second.goto(`${walker.studio.url}#/label`));
    expect(other).not.toBe(asked);
    // A reload shows a tab's own again.
    for (const [tab, own] of [[first, asked], [second, other]] as const) expect(await loaded(tab, () => tab.reload())).toBe(own);
    // Two that are before each, and behind each of these one more: there is none for a third.
    const third = await open();
    await third.goto(`${walker.studio.url}#/label`);
    await third.getByRole('heading', { name: 'Open in another tab' }).waitFor();
    expect(await look(third, 'label-elsewhere')).toEqual([]);
    await first.locator('.answer-card').first().press('2');
    const begun = await first.locator('.answer-card p.text').allTextContents();
    await first.close();
    await expect.poll(() => third.locator('.prompt .turn').textContent(), patient).toBe(asked);
    expect(await third.locator('.answer-card p.text').allTextContents()).toEqual(begun);
    await third.context().close();
    await fetch(`${walker.studio.url}api/runs/tabs/cancel`, { method: 'POST' });
  });

  it('what could not be handed in says so, and is handed in when it can be; in another browser the same task is over then', async () => {
    const other = await labelerOf(walker, 'browsers', [1, 2, 3].map((n) => ({ id: `browsers-${n}`, model: 'm', messages: [{ role: 'user', content: `Which (${n})?` }], answers: ['This.', 'That.'].map((text) => ({ text, finished: true })) })));
    const second = await (await walker.browser.newContext({ locale: 'en-GB' })).newPage();
    second.setDefaultTimeout(patient.timeout);
    const labeler = await other.getByLabel('Your name').inputValue();
    await second.addInitScript((name) => localStorage.setItem('minchat-labeler', name), labeler);
    await onlyOf(second, 'browsers');
    await second.goto(`${walker.studio.url}#/label`);
    await second.locator('.answer-card').first().waitFor();
    expect(await second.locator('.prompt .turn').textContent()).toBe(await other.locator('.prompt .turn').textContent());
    await other.route('**/submit', (route) => route.abort());
    await other.keyboard.press('Control+Enter');
    await other.getByRole('alert').getByText('It is not handed in yet. What you did is kept: try again. The gateway cannot be reached.').waitFor();
    await other.unroute('**/submit');
    await other.keyboard.press('Control+Enter');
    await other.getByText('1 done in this sitting').waitFor();
    expect(await other.getByRole('alert').count()).toBe(0);
    await second.locator('.answer-card[data-place="0"]').press('2');
    await second.keyboard.press('Control+Enter');
    await second.getByRole('alert').getByText('It was handed in from another tab').waitFor();
    await second.getByRole('button', { name: 'Take another task' }).click();
    await second.getByRole('button', { name: 'Hand in', exact: true }).waitFor();
    for (const tab of [other, second]) await tab.context().close();
    await fetch(`${walker.studio.url}api/runs/browsers/cancel`, { method: 'POST' });
  });

  it('a gateway that cannot be asked is no empty queue', async () => {
    await page.route('**/api/label/tasks', (route) => route.abort());
    await walker.button('Write your own').click();
    await walker.button('Rank answers').click();
    await page.getByRole('alert').waitFor();
    expect(await page.locator('.empty').count()).toBe(0);
    await page.unroute('**/api/label/tasks');
    await page.locator('.answer-card').first().waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('everything fits a narrow phone in English, names that cannot be broken, too', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of ['label', 'runs', `runs/${longName}`]) {
      await walker.go(path);
      await page.getByText(longName).first().waitFor();
      expect(await look(page, `narrow-${path}`)).toEqual([]);
    }
    await walker.button('Fork').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Start run' }).click();
    await page.getByText(`forked from ${longName}`).waitFor();
    expect(await look(page, 'narrow-fork')).toEqual([]);
    await walker.go('data');
    await page.locator('input[type="file"]').setInputFiles({ name: `${longName}.jsonl`, mimeType: 'application/octet-stream', buffer: Buffer.from(`{"prompt":"What is a gnu?","user_id":"${longName}"}`) });
    await page.getByRole('region', { name: 'Preview' }).getByText('What is a gnu?').waitFor();
    expect(await look(page, 'narrow-import')).toEqual([]);
    await walker.button('Import').click();
    await page.getByRole('link', { name: 'Look at it' }).click();
    await page.getByText(`by ${longName}`).waitFor();
    expect(await look(page, 'narrow-data')).toEqual([]);
    await walker.studio.addModels();
    await walker.go('chat');
    await walker.button('Settings').click();
    await page.getByLabel('Temperature').waitFor();
    expect(await look(page, 'narrow-chat')).toEqual([]);
  });

  it('nothing went wrong in the browser on the way', () => {
    expect(walker.heard.filter((text) => !text.includes('ERR_FAILED'))).toEqual([]);
  });
});
