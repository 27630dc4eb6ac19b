import { rpc } from '@minchat/bus';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser } from './browser.ts';
import { labelerOf, look, onlyOf, patient, startWalker, type Walker } from './walker.ts';

// What a labeler has handed in is looked at again, changed and taken back.

describe.skipIf(noBrowser !== undefined)('what was handed in', () => {
  let walker: Walker;
  beforeAll(async () => {
    walker = await startWalker();
  });
  afterAll(() => walker?.close());

  it('what was handed in by mistake is opened again and changed, by a key and by a list, and the task in hand waits as it was', async () => {
    const other = await labelerOf(walker, 'again', [1, 2, 3, 4].map((n) => ({ id: `again-${n}`, model: 'm', messages: [{ role: 'user', content: `Again (${n})?` }], answers: ['Yes.', 'No.', 'Maybe.'].map((text) => ({ text, finished: true })) })));
    await other.getByLabel('Your name').fill('gil');
    const prompt = other.locator('.prompt .turn').and(other.locator(':visible'));
    const texts = (): Promise<string[]> => other.locator('.answer-card:visible p.text').allTextContents();
    const asked: string[] = [];
    for (const done of [1, 2]) {
      asked.push((await prompt.textContent()) ?? '');
      await other.locator('.answer-card[data-place="0"]').press('Shift+6');
      await other.keyboard.press('n');
      await other.keyboard.type(`note ${done}`);
      await other.keyboard.press('Control+Enter');
      await other.getByText(`${done} done in this sitting`).waitFor();
    }
    await other.locator('.answer-card[data-place="0"]').press('3');
    const begun = [await prompt.textContent(), ...(await texts())];

    await other.keyboard.press('b');
    await other.getByText('You have handed this in.').waitFor();
    expect(await prompt.textContent()).toBe(asked[1]);
    await other.keyboard.press('b');
    await expect.poll(() => prompt.textContent(), patient).toBe(asked[0]);
    expect([await other.getByLabel('Note, if you like').and(other.locator(':visible')).inputValue(), await other.locator('.answer-card:visible').first().getByLabel('Rate 6 of 7').getAttribute('aria-pressed')]).toEqual(['note 1', 'true']);
    expect(await look(other, 'label-again')).toEqual([]);
    await other.locator('.answer-card:visible').first().press('3');
    await other.keyboard.press('Control+Enter');
    await other.getByText('You have handed this in.').waitFor({ state: 'detached' });
    expect([await prompt.textContent(), ...(await texts())]).toEqual(begun);
    // Also what can be undone of it.
    expect(await other.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(false);
    await other.getByText('2 done in this sitting').waitFor();
    const ranked = async () => (await walker.studio.bus.call(rpc.listRecords, { collection: 'feedback', type: 'comparisons', labeler: 'gil', limit: 100 })).records.map(({ messages, answers, note }) => [messages[0]?.content, answers.findIndex(({ rating }) => rating === 6), note]);
    await expect.poll(async () => (await ranked()).toSorted((a, b) => asked.indexOf(String(a[0])) - asked.indexOf(String(b[0]))), patient).toEqual([[asked[0], 2, 'note 1'], [asked[1], 0, 'note 2']]);

    // By the list; left as it was, whatever was begun of it.
    await other.getByRole('button', { name: 'Handed in' }).click();
    expect(await look(other, 'label-handed-in')).toEqual([]);
    await other.getByRole('dialog').getByRole('button', { name: asked[1] ?? '' }).click();
    await other.getByText('You have handed this in.').waitFor();
    await other.locator('.answer-card:visible').first().press('2');
    await other.getByRole('button', { name: 'Leave it as it was' }).click();
    await other.getByText('You have handed this in.').waitFor({ state: 'detached' });
    await other.keyboard.press('b');
    await other.getByText('You have handed this in.').waitFor();
    expect(await other.locator('.answer-card:visible').first().getByLabel('Rate 6 of 7').getAttribute('aria-pressed')).toBe('true');

    // The stage ends meanwhile.
    await fetch(`${walker.studio.url}api/runs/again/cancel`, { method: 'POST' });
    await expect.poll(async () => (await walker.studio.bus.call(rpc.listQueues, {})).queues.some((queue) => queue.runId === 'again'), patient).toBe(false);
    await other.keyboard.press('Control+Enter');
    await other.getByRole('alert').getByText('This can no longer be changed').waitFor();
    await other.getByRole('button', { name: 'Leave it as it was' }).click();
    await other.getByRole('button', { name: 'Handed in' }).click();
    await other.getByRole('dialog').getByText('Nothing that you have handed in can be changed now.').waitFor();
    await other.context().close();
  });

  it('a skip and an answer are taken back as a ranking is, whichever tab they were handed in from', async () => {
    const first = await labelerOf(walker, 'back', [1, 2, 3, 4].map((n) => ({ id: `back-${n}`, model: 'm', messages: [{ role: 'user', content: `Back (${n})?` }], answers: ['Yes.', 'No.'].map((text) => ({ text, finished: true })) })));
    await first.getByLabel('Your name').fill('hal');
    await first.getByLabel('Your name').press('Tab');
    const promptOf = (tab: Page) => tab.locator('.prompt .turn').and(tab.locator(':visible'));
    const skipped = (await promptOf(first).textContent()) ?? '';
    await first.getByLabel('Note, if you like').fill('Both.');
    await first.getByRole('button', { name: 'Cannot judge' }).click();
    await first.getByText('1 done in this sitting').waitFor();

    const second = await first.context().newPage();
    await onlyOf(second, 'back');
    await second.goto(`${walker.studio.url}#/label`);
    await second.locator('.answer-card').first().waitFor();
    await second.keyboard.press('b');
    await second.getByText('You have skipped this.').waitFor();
    expect([await promptOf(second).textContent(), await second.getByLabel('Note, if you like').and(second.locator(':visible')).inputValue()]).toEqual([skipped, 'Both.']);
    expect(await look(second, 'label-skipped-again')).toEqual([]);
    await second.getByRole('button', { name: 'Hand in again' }).click();
    await second.getByText('You have skipped this.').waitFor({ state: 'detached' });
    const ranked = async () => (await walker.studio.bus.call(rpc.listRecords, { collection: 'feedback', type: 'comparisons', labeler: 'hal', limit: 100 })).records.map(({ messages, note }) => [messages[0]?.content, note]);
    expect(await ranked()).toEqual([[skipped, 'Both.']]);
    // The first tab knows of it, and takes it back by a skip.
    await first.getByRole('button', { name: 'Handed in' }).click();
    await first.getByRole('dialog').getByRole('button', { name: skipped }).click();
    await first.getByText('You have handed this in.').waitFor();
    await first.getByRole('button', { name: 'Skip' }).and(first.locator(':visible')).click();
    await first.getByRole('dialog').getByRole('button', { name: 'It contains personal data' }).click();
    await first.getByText('You have handed this in.').waitFor({ state: 'detached' });
    expect(await ranked()).toEqual([]);
    await second.close();

    const imported = ['What is an okapi?', 'What is an oryx?'].map((prompt) => JSON.stringify({ prompt })).join('\n');
    await (await fetch(`${walker.studio.url}api/data/imports?collection=taken&format=jsonl`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: imported })).text();
    await first.getByRole('button', { name: /^Answer prompts/ }).click();
    await first.getByLabel('Your answer').fill('A girafe.');
    await first.getByRole('button', { name: 'Hand in', exact: true }).click();
    await first.getByText('1 done in this sitting').waitFor();
    await first.getByRole('button', { name: 'Handed in' }).click();
    await first.getByRole('dialog').getByRole('button', { name: 'answered' }).click();
    await first.getByText('You have handed this in.').waitFor();
    const again = first.getByLabel('Your answer').and(first.locator(':visible'));
    expect(await again.inputValue()).toBe('A girafe.');
    await again.fill('A giraffe.');
    await again.press('Control+Enter');
    await first.getByText('You have handed this in.').waitFor({ state: 'detached' });
    const written = async () => (await walker.studio.bus.call(rpc.listRecords, { collection: 'feedback', type: 'demonstrations', labeler: 'hal', limit: 100 })).records.map(({ completion }) => completion);
    expect(await written()).toEqual(['A giraffe.']);
    // What was skipped is ranked from here, too.
    await first.getByRole('button', { name: 'Handed in' }).click();
    await first.getByRole('dialog').getByRole('button', { name: 'skipped' }).click();
    await first.getByText('You have skipped this.').waitFor();
    await first.locator('.answer-card').and(first.locator(':visible')).first().waitFor();
    await first.getByRole('button', { name: 'Leave it as it was' }).click();
    await first.goto(`${walker.studio.url}#/agreement`);
    await first.getByRole('row', { name: /^hal 0 1 2 / }).waitFor();
    expect(await look(first, 'agreement-changed')).toEqual([]);
    await first.context().close();
    await fetch(`${walker.studio.url}api/runs/back/cancel`, { method: 'POST' });
  });
});
