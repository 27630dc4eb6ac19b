import { rpc } from '@minchat/bus';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser } from './browser.ts';
import { look, patient, startWalker, type Walker } from './walker.ts';

// What becomes of a page when its session ends, or when it lacks a key.

describe.skipIf(noBrowser !== undefined)('a session that ends', () => {
  let walker: Walker;
  let page: Page;
  const password = 'four words of nobody else';
  beforeAll(async () => {
    walker = await startWalker({ GATEWAY_AUTH: 'required', GATEWAY_TRUST_PROXY: '', GATEWAY_LOGIN_RATE_LIMIT: 100 });
    page = walker.page;
    for (const name of ['Ada', 'Ben']) {
      const { token } = await walker.studio.bus.call(rpc.invite, { role: 'admin', note: name });
      await fetch(`${walker.studio.url}api/invitations/accept`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-minchat-studio': '1' }, body: JSON.stringify({ token, name, password }) });
    }
    await walker.go('');
    await logIn('Ada');
    await page.locator('nav a').first().waitFor();
  });
  afterAll(() => walker?.close());

  const logIn = async (name: string): Promise<void> => {
    await page.getByLabel('Name', { exact: true }).and(page.locator(':visible')).fill(name);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await walker.button('Log in').click();
  };
  const sessionOver = (): Promise<void> => page.context().clearCookies();

  it('leaves what was begun where it was', async () => {
    await walker.go('runs/new');
    await walker.button('YAML').click();
    // Checked, and nothing asked for until something is written.
    await page.getByRole('button', { name: 'Start run', disabled: false }).waitFor();
    await sessionOver();
    await page.getByLabel('Spec in YAML').fill('name: begun');
    await page.getByText('Your session is over.').waitFor();
    expect(await look(page, 'session-over')).toEqual([]);
    expect(await page.locator('nav a').count()).toBe(0);
    await logIn('Ada');
    await page.getByLabel('Spec in YAML').waitFor();
    expect(await page.getByLabel('Spec in YAML').inputValue()).toBe('name: begun');
  });

  it('leaves an import as it was set up', async () => {
    await walker.go('data');
    await page.locator('input[type="file"]').setInputFiles({ name: 'begun.jsonl', mimeType: 'application/json', buffer: Buffer.from('{"prompt":"What is a yak?"}\n') });
    await page.getByLabel('Format').selectOption('text');
    await sessionOver();
    await walker.button('Import').click();
    await page.getByText('Your session is over.').waitFor();
    await logIn('Ada');
    await page.getByLabel('Format').waitFor();
    await page.getByRole('region', { name: 'Preview' }).getByText('{"prompt":"What is a yak?"}').waitFor();
    expect(await page.getByLabel('Format').inputValue()).toBe('text');
  });

  it('leaves an answer that was being written, and a ranking in work', async () => {
    const records = [1, 2].map((n) => ({ id: `p${n}`, model: 'm', messages: [{ role: 'user' as const, content: `Explain rain (${n}).` }], answers: ['Water.', 'Drops.', 'Rain.'].map((text) => ({ text, finished: true })) }));
    await page.evaluate(async (spec) => {
      await fetch('/api/runs', { method: 'POST', headers: { 'content-type': 'application/json', 'x-minchat-studio': '1' }, body: JSON.stringify({ spec, id: 'by-people' }) });
    }, await walker.studio.rankingSpec('by-people', records, 2));
    await walker.go('label');
    await page.locator('.answer-card[data-place="0"]:focus').waitFor();
    const answers = (): Promise<string[]> => page.locator('.answer-card p.text').allTextContents();
    const [first, second, third] = await answers();
    await page.keyboard.press('3');
    await expect.poll(answers, patient).toEqual([second, third, first]);
    await sessionOver();
    await page.keyboard.press('Control+Enter');
    // As it was, whatever the gateway says and when: nothing is fetched anew.
    await page.route('**/api/label/tasks', (route) => route.abort());
    await logIn('Ada');
    await page.locator('.answer-card').first().waitFor();
    expect(await answers()).toEqual([second, third, first]);
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.unroute('**/api/label/tasks');
    await walker.button('Undo').click();
    expect(await answers()).toEqual([first, second, third]);

    await walker.button('Write your own').click();
    await page.getByLabel('A prompt').fill('What is a yak?');
    await page.getByLabel('Your answer').fill('An ox.');
    await sessionOver();
    await walker.button('Hand in').click();
    await logIn('Ada');
    expect(await page.getByLabel('Your answer').inputValue()).toBe('An ox.');
    await walker.button('Hand in').click();
    await page.getByText('1 done in this sitting').waitFor();
  });

  it('leaves the models that were being compared, and nothing of an answer to somebody else', async () => {
    const models = ['tiny/ppo', 'tiny/sft'].map((id) => ({ id, minchat: { run: 'tiny', stage: id.slice(5), kind: id.slice(5), purpose: 'text' } }));
    await page.route('**/v1/models', (route) => route.fulfill({ json: { data: models } }));
    await page.route('**/v1/chat/completions', (route) => route.fulfill({ contentType: 'text/event-stream', body: 'data: {"choices":[{"delta":{"content":"for Ada alone"},"finish_reason":"stop"}]}\n\n' }));
    await walker.go('chat/tiny/ppo');
    await page.getByLabel('Your message').fill('who am I?');
    await page.keyboard.press('Enter');
    await page.locator('#announcer', { hasText: 'for Ada alone' }).waitFor({ state: 'attached' });
    await walker.button('Compare with another').click();
    await page.unroute('**/v1/chat/completions');
    await sessionOver();
    await page.getByLabel('Your message').fill('and now?');
    await page.keyboard.press('Enter');
    await logIn('Ada');
    await page.getByLabel('Model 1').waitFor();
    expect(await page.getByLabel('Model 2').inputValue()).toBe('tiny/sft');
    await sessionOver();
    await page.getByLabel('Your message').fill('and now?');
    await page.keyboard.press('Enter');
    await logIn('Ben');
    await page.getByLabel('Model 1').waitFor();
    expect(await page.content()).not.toContain('for Ada alone');
    await page.unroute('**/v1/models');
  });

  it('leaves the names that an admin may know to admins', async () => {
    const { token } = await walker.studio.bus.call(rpc.invite, { role: 'viewer', note: 'Vic' });
    await fetch(`${walker.studio.url}api/invitations/accept`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-minchat-studio': '1' }, body: JSON.stringify({ token, name: 'Vic', password }) });
    const id = await page.evaluate(async () => ((await (await fetch('/api/people')).json()) as { people: { id: string; name: string }[] }).people.find(({ name }) => name === 'Ada')?.id ?? '');
    await page.route('**/api/label/agreement', (route) => route.fulfill({ json: { alpha: null, tau: null, runs: [], tasks: [], notes: [], skipped: [], labelers: [{ labeler: id, done: 1, skipped: 0, changed: 0, medianMs: null, tau: null, alpha: null, gold: null }] } }));
    await walker.go('agreement');
    await page.getByRole('rowheader', { name: 'Ada' }).waitFor();
    await walker.go('account');
    await page.locator('.page-head').getByRole('button', { name: 'Log out' }).click();
    await logIn('Vic');
    await walker.go('agreement');
    await page.getByRole('rowheader').waitFor();
    expect(await page.getByRole('rowheader').textContent()).toBe(id);
    await page.unroute('**/api/label/agreement');
    await walker.go('account');
    await page.locator('.page-head').getByRole('button', { name: 'Log out' }).click();
    await logIn('Ada');
    await page.locator('nav a').first().waitFor();
  });

  it('a key is made once by a double click', async () => {
    await walker.go('people/keys');
    let made = 0;
    await page.route('**/api/keys', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      made += 1;
      await new Promise((resolve) => setTimeout(resolve, 500));
      return route.fulfill({ json: { secret: `key ${made}` } });
    });
    await page.getByLabel('Name of the key').fill('twice');
    await walker.button('Make a key').dblclick();
    await walker.button('Done').click();
    expect(made).toBe(1);
    await page.unroute('**/api/keys');
  });

  it('what could not be done is not said to be done', async () => {
    await walker.go('people/keys');
    await page.getByLabel('Name of the key').fill('web site');
    await walker.button('Make a key').click();
    await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('denied', 'NotAllowedError')); });
    await walker.button('Copy').click();
    await page.getByText('The browser does not let the page copy it.').waitFor();
    await walker.button('Done').click();
    await page.route('**/api/{keys,invitations,session}{,/*}', (route) => (route.request().method() === 'GET' ? route.continue() : route.fulfill({ status: 503, json: { error: { message: 'no store answers', code: 'MC_UNAVAILABLE' } } })));
    const told = page.getByRole('alert').getByText('no store answers');
    await walker.button('Revoke web site').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
    await told.waitFor();
    expect(await page.locator('#announcer').textContent()).not.toBe('Revoked');
    await walker.go('people');
    await page.getByLabel('For whom').fill('Cid');
    await walker.button('Invite').click();
    await told.waitFor();
    expect(await page.getByLabel('For whom').inputValue()).toBe('Cid');
    await walker.go('account');
    await page.locator('.page-head').getByRole('button', { name: 'Log out' }).click();
    await told.waitFor();
    await page.unroute('**/api/{keys,invitations,session}{,/*}');
  });

  it('leaves nothing to somebody else', async () => {
    await walker.go('runs/new');
    await walker.button('YAML').click();
    await walker.button('tiny').click();
    await page.getByRole('button', { name: 'Start run', disabled: false }).waitFor();
    await sessionOver();
    await page.getByLabel('Spec in YAML').fill('name: of Ada alone');
    await logIn('Ben');
    await page.locator('h1', { hasText: 'New run' }).waitFor();
    expect(await page.content()).not.toContain('of Ada');
  });
});

describe.skipIf(noBrowser !== undefined)('a gateway that wants a key', () => {
  let walker: Walker;
  let page: Page;
  beforeAll(async () => {
    walker = await startWalker({ GATEWAY_API_KEYS: 'team=the-key-of-the-team' });
    await walker.studio.addModels();
    page = walker.page;
  });
  afterAll(() => walker?.close());

  it('asks for it, can be put off, and goes on where it was when it has it', async () => {
    const dialog = page.getByRole('dialog', { name: 'API key' });
    await page.goto(`${walker.studio.url}#/runs`);
    await dialog.waitFor();
    expect(await look(page, 'key')).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Nothing can be loaded without an API key.').waitFor();
    expect(await look(page, 'key-put-off')).toEqual([]);
    await walker.button('Enter a key').click();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await walker.button('Enter a key').click();
    // By the keyboard alone: the field has the focus.
    await page.keyboard.type('another key');
    await page.keyboard.press('Enter');
    await dialog.getByText('The gateway does not know this key.').waitFor();
    await page.keyboard.type('the-key-of-the-team');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: /tiny/ }).waitFor();
    expect(await walker.button('Enter a key').count()).toBe(0);
  });

  it('asks for it once, however late a request is refused that went out before', async () => {
    const other = await walker.browser.newContext({ locale: 'en-GB' });
    other.setDefaultTimeout(patient.timeout);
    const tab = await other.newPage();
    const given = Promise.withResolvers<void>();
    await tab.route('**/api/label/tasks', async (route) => {
      const response = await route.fetch();
      await given.promise;
      await route.fulfill({ response });
    }, { times: 1 });
    await tab.goto(`${walker.studio.url}#/label`);
    const dialog = tab.getByRole('dialog', { name: 'API key' });
    await dialog.getByLabel('API key').fill('the-key-of-the-team');
    await tab.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    given.resolve();
    await tab.getByText('Nothing to do right now').waitFor();
    expect(await dialog.count()).toBe(0);
    await other.close();
  });
});
