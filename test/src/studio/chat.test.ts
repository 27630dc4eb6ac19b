import { rpc } from '@minchat/bus';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser } from './browser.ts';
import { patient, startWalker, type Walker } from './walker.ts';

// What a conversation must not do under the reader's hands: jump, give the blind away, send what is still written.

describe.skipIf(noBrowser !== undefined)('in a conversation', () => {
  let walker: Walker;
  let page: Page;
  beforeAll(async () => {
    walker = await startWalker();
    page = walker.page;
    await walker.studio.addModels();
  });
  afterAll(() => walker?.close());

  const done = () => page.locator('.turn.assistant.done');
  const ask = async (text: string): Promise<void> => {
    const before = await done().count();
    await page.getByLabel('Your message').fill(text);
    await page.keyboard.press('Enter');
    await expect.poll(() => done().count(), patient).toBe(before + 1);
  };
  const scrolled = (): Promise<number> => page.evaluate(() => scrollY);
  const atEnd = (): Promise<boolean> => page.evaluate(() => scrollY > 0 && innerHeight + scrollY >= document.documentElement.scrollHeight - 2);

  it('every link to a model leads to it, from the chat itself, too', async () => {
    for (const model of ['tiny/ppo', 'tiny/sft', 'tiny/ppo']) {
      await walker.go(`chat/${model}`);
      await expect.poll(() => page.getByLabel('Model 1').inputValue(), patient).toBe(model);
    }
    // Whoever answers in place of one that is not there does not do so unsaid.
    await walker.go('chat/gone/ppo');
    const told = page.getByText('There is no model gone/ppo. Another one answers.');
    await told.waitFor();
    await page.getByLabel('Model 1').selectOption('tiny/ppo');
    await told.waitFor({ state: 'detached' });
  });

  it('Enter that ends a composition sends nothing', async () => {
    const area = page.getByLabel('Your message');
    await area.fill('nihao');
    // As Safari tells of it: the composition is over already, the key is still the input method's.
    await area.evaluate((node) => node.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true })));
    expect(await area.inputValue()).toBe('nihao');
    expect(await page.locator('.exchange').count()).toBe(0);
  });

  it('texts run in the direction of their script', async () => {
    const hebrew = 'מהו גשם?';
    const direction = (selector: string): Promise<string> => page.locator(selector).first().evaluate((node) => getComputedStyle(node).direction);
    await page.getByLabel('Your message').fill(hebrew);
    expect(await direction('.composer textarea')).toBe('rtl');
    await walker.button('Settings').click();
    await page.getByLabel('Temperature').fill('0');
    await page.getByLabel('Longest answer in tokens').fill('16');
    await walker.button('Settings').click();
    await ask(hebrew);
    expect(await direction('.turn.user')).toBe('rtl');
    await page.locator('.question').hover();
    await walker.button('Edit').click();
    expect(await direction('.question textarea')).toBe('rtl');
    await page.keyboard.press('Escape');
    await walker.button('Edit').and(page.locator(':focus')).waitFor();
  });

  it('the page follows the answer for as long as its end is looked at', async () => {
    await page.setViewportSize({ width: 1280, height: 420 });
    for (const text of ['one\n\n\n\none', 'two\n\n\n\ntwo', 'three']) await ask(text);
    expect(await atEnd()).toBe(true);
    // Not from under who reads further up: neither a thumb nor an answer that comes.
    await page.evaluate(() => scrollTo(0, 40));
    await walker.button('A good answer').first().click();
    await walker.button('A good answer').first().and(page.locator('[aria-pressed="true"]')).waitFor();
    expect(await scrolled()).toBe(40);
    const gate = Promise.withResolvers<void>();
    await page.route('**/v1/chat/completions', async (route) => {
      await gate.promise;
      await route.continue();
    });
    await page.getByLabel('Your message').fill('four\n\n\n\nfour');
    await page.keyboard.press('Enter');
    await walker.button('Stop').waitFor();
    // A question is always followed.
    await expect.poll(atEnd, patient).toBe(true);
    await page.evaluate(() => scrollTo(0, 40));
    await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); }));
    gate.resolve();
    await expect.poll(() => done().count(), patient).toBe(5);
    await walker.button('Write anew').waitFor();
    expect(await scrolled()).toBe(40);
    await page.unroute('**/v1/chat/completions');
    await page.setViewportSize({ width: 1280, height: 900 });
    await walker.button('New conversation').click();
  });

  it('blind answers written anew are in an order that nobody knows', async () => {
    await walker.button('Compare with another').click();
    await page.getByLabel('Model 1').selectOption('tiny/ppo');
    await page.getByLabel('Model 2').selectOption('tiny/sft');
    await page.getByLabel('Blind').check();
    await walker.button('Settings').click();
    await page.getByLabel('Temperature').fill('1');
    await walker.button('Settings').click();
    await page.getByLabel('Your message').fill('what is the capital of France?');
    await page.keyboard.press('Enter');
    const seen = new Set<string>();
    for (let tries = 0; tries < 40 && seen.size < 2; tries += 1) {
      await walker.button('Write anew').waitFor();
      // Two answers may be the same by chance: then there is nothing to choose.
      if (await walker.button('All are as good').count() > 0) {
        await walker.button('All are as good').click();
        await page.getByRole('heading', { name: 'tiny/sft' }).waitFor();
        seen.add((await page.locator('.duel h2').allTextContents()).join());
      }
      await walker.button('Write anew').click();
    }
    expect([...seen].toSorted()).toEqual(['tiny/ppo,tiny/sft', 'tiny/sft,tiny/ppo']);
  });

  it('the settings close by Escape, and by a click beside them', async () => {
    const field = page.getByLabel('Temperature');
    await walker.button('Settings').click();
    await field.focus();
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'hidden' });
    await walker.button('Settings').and(page.locator(':focus')).waitFor();
    await walker.button('Settings').click();
    await field.fill('0.5');
    await page.getByRole('heading', { level: 1 }).click();
    await field.waitFor({ state: 'hidden' });
  });

  it('a number is shown as what it is taken for when its field is left', async () => {
    await walker.button('Settings').click();
    const shown = async (label: string, typed: string): Promise<string> => {
      const field = page.getByLabel(label);
      await field.fill('');
      await field.pressSequentially(typed);
      await field.blur();
      return field.inputValue();
    };
    expect([await shown('Temperature', '00.35'), await shown('Temperature', '7'), await shown('Temperature', ''), await shown('Temperature', '0.7')]).toEqual(['0.35', '2', '0', '0.7']);
    expect([await shown('Longest answer in tokens', '16.5'), await shown('Longest answer in tokens', '-3'), await shown('Longest answer in tokens', '')]).toEqual(['17', '1', '']);
    await page.keyboard.press('Escape');
  });

  /** Holds what is sent to an address back until it is let go. */
  const hold = async (address: string): Promise<() => Promise<void>> => {
    const gate = Promise.withResolvers<void>();
    await page.route(address, async (route) => {
      await gate.promise;
      await route.continue().catch(() => undefined);
    });
    return async () => {
      gate.resolve();
      await page.unroute(address);
    };
  };
  /** After which there is room for more in the model's context. */
  const shortAnswers = async (tab: Page): Promise<void> => {
    await tab.getByRole('button', { name: 'Settings' }).click();
    await tab.getByLabel('Longest answer in tokens').fill('16');
    await tab.keyboard.press('Escape');
  };
  const alone = async (): Promise<void> => {
    await walker.go('chat/tiny/ppo');
    await page.evaluate(() => { localStorage.clear(); sessionStorage.clear(); });
    await page.reload();
    await page.getByLabel('Model 1').waitFor();
    await shortAnswers(page);
  };

  it('a question in work is not asked again while an answer is written', async () => {
    await alone();
    await ask('what is the capital of France?');
    await page.locator('.question').hover();
    await walker.button('Edit').click();
    const letGo = await hold('**/v1/chat/completions');
    await page.getByLabel('Your message').last().fill('and of Spain?');
    await page.keyboard.press('Enter');
    await walker.button('Stop').waitFor();
    expect(await walker.button('Ask again').isDisabled()).toBe(true);
    await page.locator('.question textarea').press('Enter');
    expect(await page.locator('.exchange').count()).toBe(2);
    await letGo();
    await expect.poll(() => done().count(), patient).toBe(2);
    await walker.button('Ask again').click();
    await expect.poll(() => done().count(), patient).toBe(1);
    expect(await page.locator('.exchange').count()).toBe(1);
  });

  it('a thumb that is stored late is no thumb for the answer that stands there by then', async () => {
    await alone();
    await ask('what is the capital of France?');
    const letGo = await hold('**/api/ratings');
    await walker.button('A good answer').click();
    await walker.button('New conversation').click();
    await ask('and of Spain?');
    await Promise.all([page.waitForResponse('**/api/ratings'), letGo()]);
    await page.locator('#announcer', { hasText: 'Saved. Thank you.' }).waitFor({ state: 'attached' });
    expect(await page.locator('.thumb[aria-pressed="true"]').count()).toBe(0);
  });

  it('settings and what is being asked stay as they are over a look at other pages, and a system message is stored with what is thought of an answer to it', async () => {
    await alone();
    await walker.button('Settings').click();
    await page.getByLabel('Temperature').fill('0');
    await page.getByLabel('System message').fill('Be brief.');
    await page.getByLabel('Your message').fill('what is a');
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByRole('link', { name: /tiny/ }).waitFor();
    await page.getByRole('link', { name: 'Chat', exact: true }).click();
    expect(await page.getByLabel('Your message').inputValue()).toBe('what is a');
    await walker.button('Settings').click();
    expect([await page.getByLabel('Temperature').inputValue(), await page.getByLabel('System message').inputValue()]).toEqual(['0', 'Be brief.']);
    await ask('what is a yak?');
    await walker.button('A good answer').click();
    const stored = async () => (await walker.studio.bus.call(rpc.listRecords, { collection: 'feedback', type: 'comparisons', limit: 100 })).records.map(({ messages }) => messages);
    await expect.poll(stored, patient).toContainEqual([expect.objectContaining({ role: 'system', content: 'Be brief.' }), expect.objectContaining({ role: 'user', content: 'what is a yak?' })]);
  });

  it('what a new conversation or another question took the place of is brought back; an answer is copied, a conversation saved so that it can be imported', async () => {
    await alone();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const questions = (): Promise<string[]> => page.locator('.turn.user').allTextContents();
    const back = walker.button('What stood here before');
    for (const text of ['one', 'two']) await ask(text);
    expect(await back.count()).toBe(0);
    await walker.button('New conversation').click();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Your message');
    await back.click();
    await expect.poll(questions, patient).toEqual(['one', 'two']);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Conversation');
    await page.locator('.question').first().hover();
    await walker.button('Edit').first().click();
    await page.getByLabel('Your message').first().fill('three');
    await page.keyboard.press('Enter');
    await walker.button('Write anew').waitFor();
    expect(await questions()).toEqual(['three']);
    // What is being written in place of a question of this conversation is nothing for the other one.
    await page.locator('.question').first().hover();
    await walker.button('Edit').first().click();
    await back.click();
    await expect.poll(questions, patient).toEqual(['one', 'two']);
    await page.reload();
    await expect.poll(questions, patient).toEqual(['one', 'two']);
    await page.getByLabel('Raw text').check();
    // Without what the page says of it.
    const answer = await done().last().evaluate((node) => node.firstChild?.textContent);
    await walker.button('Copy').last().click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText()), patient).toBe(answer);
    const [download] = await Promise.all([page.waitForEvent('download'), walker.button('Save as JSON line').click()]);
    const { messages } = JSON.parse((await Array.fromAsync(await download.createReadStream())).join('')) as { messages: { role: string; content: string }[] };
    expect([messages.map(({ role }) => role), messages.at(-1)?.content]).toEqual([['user', 'assistant', 'user', 'assistant'], answer]);
  });

  it('lines of several scripts run each in its own direction', async () => {
    await page.route('**/v1/chat/completions', (route) => route.fulfill({ contentType: 'text/event-stream', body: `data: {"choices":[{"delta":{"content":${JSON.stringify('Rain in Hebrew:\nגשם')}},"finish_reason":"stop"}]}\n\n` }));
    await ask('three');
    /** Where the first and the last letter stand in the answer. */
    const edges = (): Promise<number[]> => done().last().evaluate((node) => {
      const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
      const letters: Range[] = [];
      while (texts.nextNode() !== null) {
        const { length } = texts.currentNode.textContent ?? '';
        for (let i = 0; i < length; i += 1) {
          const range = document.createRange();
          range.setStart(texts.currentNode, i);
          range.setEnd(texts.currentNode, i + 1);
          letters.push(range);
        }
      }
      return [letters[0], letters.at(-1)].map((letter) => (letter?.getBoundingClientRect().left ?? 0) - node.getBoundingClientRect().left);
    });
    for (const raw of [true, false]) {
      await page.getByLabel('Raw text').setChecked(raw);
      const [english = 0, hebrew = 0] = await edges();
      expect(hebrew, `raw: ${raw}`).toBeGreaterThan(english + 20);
    }
    await page.unroute('**/v1/chat/completions');
  });

  it('two tabs have a conversation each, of which a reload takes nothing', async () => {
    await alone();
    await ask('what is the capital of France?');
    const other = await page.context().newPage();
    const questions = (tab: Page): Promise<string[]> => tab.locator('.turn.user').allTextContents();
    await other.goto(`${walker.studio.url}#/chat/tiny/ppo`);
    await expect.poll(() => questions(other), patient).toEqual(['what is the capital of France?']);
    await shortAnswers(other);
    await other.getByLabel('Your message').fill('and of Spain?');
    await other.keyboard.press('Enter');
    await expect.poll(() => other.locator('.turn.assistant.done').count(), patient).toBe(2);
    await ask('and of Italy?');
    await Promise.all([page, other].map((tab) => tab.reload()));
    await expect.poll(() => questions(page), patient).toEqual(['what is the capital of France?', 'and of Italy?']);
    await expect.poll(() => questions(other), patient).toEqual(['what is the capital of France?', 'and of Spain?']);
    await other.close();
  });

  it('nothing went wrong in the browser on the way', () => {
    expect(walker.heard).toEqual([]);
  });
});
