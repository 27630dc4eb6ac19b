import { rpc } from '@minchat/bus';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaints, noBrowser } from './browser.ts';
import { look, patient, startWalker, type Walker } from './walker.ts';

// What browsers, networks and people do that nobody hopes for.

describe.skipIf(noBrowser !== undefined)('trouble in the studio', () => {
  let walker: Walker;
  beforeAll(async () => {
    walker = await startWalker();
    await walker.studio.addModels();
  });
  afterAll(() => walker?.close());

  /** A page in a browser of its own, which has been made ready by `prepare` before anything is loaded. */
  async function open(path: string, prepare: (page: Page) => Promise<unknown> = async () => undefined): Promise<{ page: Page; heard: string[] }> {
    const page = await (await walker.browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' })).newPage();
    page.setDefaultTimeout(patient.timeout);
    const heard = complaints(page);
    await prepare(page);
    await page.goto(`${walker.studio.url}#/${path}`);
    return { page, heard };
  }
  const heading = (page: Page, name: string): Promise<void> => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

  it.each([
    ['forbidden', () => Object.defineProperties(globalThis, Object.fromEntries(['localStorage', 'sessionStorage'].map((name) => [name, { get: () => { throw new DOMException('denied', 'SecurityError'); } }])))],
    ['full', () => {
      for (let size = 5_000_000; size >= 1; size = Math.floor(size / 2)) {
        try {
          for (let n = 0; ; n += 1) localStorage.setItem(`full-${size}-${n}`, 'x'.repeat(size));
        } catch { /* As much as there was room for. */ }
      }
    }],
  ])('all works where storage is %s', async (_, prepare) => {
    const { page, heard } = await open('label', (fresh) => fresh.addInitScript(prepare));
    await heading(page, 'Label');
    // A made-up name stays the same as long as the page does.
    const name = await page.getByLabel('Your name').inputValue();
    await page.getByRole('button', { name: 'Write your own' }).click();
    await page.getByLabel('A prompt').fill('What is a yak?');
    await page.getByLabel('Theme').selectOption('dark');
    await page.getByRole('link', { name: 'Chat', exact: true }).click();
    await page.getByLabel('Your message').fill('what is the capital of France?');
    await page.keyboard.press('Enter');
    await page.locator('.turn.assistant.done').waitFor();
    await page.getByRole('link', { name: 'Label', exact: true }).click();
    expect(await page.getByLabel('Your name').inputValue()).toBe(name);
    await page.getByRole('button', { name: 'Write your own' }).click();
    expect(await page.getByLabel('A prompt').inputValue()).toBe('What is a yak?');
    expect(heard).toEqual([]);
    await page.context().close();
  });

  it('a run is open in more tabs than browsers have connections, and is live in the one that is looked at', async () => {
    const context = await walker.browser.newContext({ locale: 'en-GB' });
    context.setDefaultTimeout(patient.timeout);
    // Without a window, browsers take every tab for one that is looked at.
    await context.addInitScript(() => Object.defineProperty(document, 'hidden', { get: () => 'away' in document.documentElement.dataset }));
    const look = (tab: Page, at: boolean): Promise<void> => tab.evaluate((seen) => {
      document.documentElement.toggleAttribute('data-away', !seen);
      document.dispatchEvent(new Event('visibilitychange'));
    }, at);
    const tabs: Page[] = [];
    for (let n = 0; n < 7; n += 1) {
      for (const other of tabs) await look(other, false);
      const tab = await context.newPage();
      tabs.push(tab);
      await Promise.all([tab.waitForResponse(/\/events/), tab.goto(`${walker.studio.url}#/runs/tiny`)]);
    }
    // Back at the first one, it listens again.
    await look(tabs[6]!, false);
    await Promise.all([tabs[0]!.waitForResponse(/\/events/), look(tabs[0]!, true)]);
    await context.close();
  });

  it('a tab that was opened behind another shows what is there as soon as it is looked at', async () => {
    const { page } = await open('', (fresh) => fresh.addInitScript(() => Object.defineProperty(document, 'hidden', { get: () => !('seen' in document.documentElement.dataset) })));
    let asked = 0;
    page.on('request', (request) => { if (request.url().includes('/api/label/agreement')) asked += 1; });
    await page.goto(`${walker.studio.url}#/agreement`);
    await heading(page, 'Agreement');
    expect(asked).toBe(0);
    await page.evaluate(() => {
      document.documentElement.dataset['seen'] = '';
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await expect.poll(() => asked, { timeout: 5000 }).toBe(2);
    await page.context().close();
  });

  it('the clock of a log is in the language of the page', async () => {
    const page = await (await walker.browser.newContext({ locale: 'en-US' })).newPage();
    page.setDefaultTimeout(patient.timeout);
    await page.route('**/api/runs/tiny/events*', (route) => route.fulfill({ contentType: 'text/event-stream', body: `data: {"stage":"sft","kind":"started","at":${new Date(2026, 0, 2, 15, 4, 5).getTime()}}\n\n` }));
    await page.goto(`${walker.studio.url}#/runs/tiny`);
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('tab', { name: '日志' }).click();
    expect(await page.locator('.news time').first().textContent()).toBe('15:04:05');
    await page.context().close();
  });

  it('data that is deleted by a double click is told of as it was', async () => {
    const { page } = await open('data');
    const deleted: string[] = [];
    await page.route('**/api/data/forget', async (route) => {
      const { dryRun } = route.request().postDataJSON() as { dryRun: boolean };
      if (!dryRun) deleted.push('once');
      await new Promise((resolve) => setTimeout(resolve, 500));
      await route.fulfill({ json: { prompts: deleted.length > 1 ? 0 : 3, demonstrations: 0, comparisons: 0, tasks: 0, anonymised: 0, runs: [] } });
    });
    await page.getByText('Delete a person’s data').click();
    await page.getByLabel('User or labeler').fill('cid');
    await page.getByRole('button', { name: 'See what would go' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).dblclick();
    await page.getByText('Deleted: 3 prompts').waitFor();
    expect(deleted).toEqual(['once']);
    await page.context().close();
  });

  it('the records of a collection are asked for once', async () => {
    const { page } = await open('data');
    await page.locator('input[type="file"]').setInputFiles({ name: 'yaks.jsonl', mimeType: 'application/json', buffer: Buffer.from('{"prompt":"What is a yak?"}\n') });
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    let asked = 0;
    page.on('request', (request) => { if (request.url().includes('/records?')) asked += 1; });
    await page.getByRole('link', { name: 'Look at it' }).click();
    await page.locator('.records').getByText('What is a yak?').waitFor();
    // Longer than what is typed is waited for.
    await page.waitForTimeout(1000);
    expect(asked).toBe(1);
    await page.context().close();
  });

  it('what a run’s page cannot be told is told: its record, and its events', async () => {
    const { page } = await open('runs/tiny');
    await page.locator('.stage').first().waitFor();
    await page.route('**/api/runs/tiny', (route) => route.fulfill({ status: 503, json: { error: { message: 'no coordinator answers', code: 'MC_UNAVAILABLE' } } }));
    await page.getByRole('alert').getByText('no coordinator answers').waitFor();
    await page.unroute('**/api/runs/tiny');
    await expect.poll(() => page.getByRole('alert').count(), patient).toBe(0);
    await page.route('**/api/runs/tiny/events*', (route) => route.fulfill({ status: 503, json: { error: { message: 'no events are kept', code: 'MC_UNAVAILABLE' } } }));
    await page.reload();
    await page.getByRole('alert').getByText('no events are kept').waitFor();
    await page.locator('.stage').first().waitFor();
    await page.context().close();
  });

  it('an answer is written on while another page is looked at; what was asked is there after a reload in the middle of it', async () => {
    const { page } = await open('chat');
    /** Asks, and holds the models back until they are let go. */
    const ask = async (question: string): Promise<() => void> => {
      const gate = Promise.withResolvers<void>();
      await page.route('**/v1/chat/completions', async (route) => {
        await gate.promise;
        await route.continue().catch(() => undefined);
      });
      await page.getByLabel('Your message').fill(question);
      await page.keyboard.press('Enter');
      await page.locator('.turn.assistant.writing').waitFor();
      return gate.resolve;
    };
    const letGo = await ask('what is the capital of France?');
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByRole('link', { name: /tiny/ }).waitFor();
    letGo();
    await page.getByRole('link', { name: 'Chat', exact: true }).click();
    await page.locator('.turn.assistant.done').waitFor();
    expect(await page.locator('.turn.user').allTextContents()).toEqual(['what is the capital of France?']);

    const late = await ask('and of Spain?');
    await page.reload();
    await page.locator('.turn.assistant.stopped').waitFor();
    expect(await page.locator('.turn.user').allTextContents()).toEqual(['what is the capital of France?', 'and of Spain?']);
    late();
    await page.context().close();
  });

  it('a gateway that is away is told in words, and is found again', async () => {
    const { page } = await open('runs');
    await page.getByRole('link', { name: /tiny/ }).waitFor();
    await page.context().setOffline(true);
    await page.getByRole('alert').getByText('The gateway cannot be reached.').waitFor();
    await page.context().setOffline(false);
    await expect.poll(() => page.getByRole('alert').count(), patient).toBe(0);
    await page.context().close();
  });

  it('guidelines that do not come, a collection that cannot be looked up, and an import that ends in the middle are told', async () => {
    const { page } = await open('label', async (fresh) => {
      for (const path of ['label/guidelines', 'data/collections']) await fresh.route(`**/api/${path}`, (route) => route.fulfill({ status: 503, json: { error: { message: `no ${path}`, code: 'MC_UNAVAILABLE' } } }));
      await fresh.route('**/api/data/imports*', (route) => route.fulfill({ contentType: 'text/event-stream', body: 'data: {"bytes":1,"totalBytes":2,"prompts":0,"demonstrations":0,"comparisons":0,"texts":0,"skipped":0,"forgotten":0,"bad":[],"done":false}\n\n' }));
    });
    await page.getByRole('button', { name: 'Guidelines and keys' }).click();
    await page.getByRole('dialog').getByText('no label/guidelines').waitFor();
    await page.goto(`${walker.studio.url}#/data/feedback`);
    await page.getByRole('alert').getByText('no data/collections').waitFor();
    await heading(page, 'feedback');
    await page.goto(`${walker.studio.url}#/data`);
    await page.locator('input[type="file"]').setInputFiles({ name: 'some.jsonl', mimeType: 'application/json', buffer: Buffer.from('{"prompt":"What is a yak?"}\n') });
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByRole('alert').getByText('The connection broke off before the end.').waitFor();
    await page.context().close();
  });

  it('an address with a broken escape is one of nothing', async () => {
    const { page } = await open('runs/100%');
    await heading(page, '100%');
    await page.getByRole('alert').waitFor();
    await page.getByRole('link', { name: '← Runs' }).click();
    await page.getByRole('link', { name: /tiny/ }).waitFor();
    await page.context().close();
  });

  it('what cannot be drawn leaves words and ways on', async () => {
    const { page } = await open('runs', (fresh) => fresh.route('**/api/runs', (route) => route.fulfill({ json: { runs: [{ id: 'from another time' }] } })));
    await heading(page, 'This page cannot be shown');
    expect(await look(page, 'cannot-be-shown')).toEqual([]);
    await page.goto(`${walker.studio.url}#/data`);
    await heading(page, 'Data');
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await heading(page, 'This page cannot be shown');
    await page.unroute('**/api/runs');
    await page.getByRole('button', { name: 'Load it again' }).click();
    await page.getByRole('link', { name: /tiny/ }).waitFor();
    await page.context().close();
  });
});

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
    await logIn('Ada');
    await page.locator('.answer-card').first().waitFor();
    expect(await answers()).toEqual([second, third, first]);

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
    await page.route('**/api/label/agreement', (route) => route.fulfill({ json: { alpha: null, tau: null, tasks: [], labelers: [{ labeler: id, done: 1, skipped: 0, medianMs: null, tau: null, alpha: null, gold: null }] } }));
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
