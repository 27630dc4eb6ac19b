import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page, Request } from 'playwright-core';
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

  it('the moments of a log are in the language of the page, with the date where it is another', async () => {
    const page = await (await walker.browser.newContext({ locale: 'en-US' })).newPage();
    page.setDefaultTimeout(patient.timeout);
    await page.clock.setFixedTime(new Date(2026, 0, 3, 9));
    const started = [new Date(2026, 0, 2, 15, 4, 5), new Date(2026, 0, 3, 8, 4, 5)].map((at) => `data: {"run":"tiny","stage":"sft","kind":"started","at":${at.getTime()}}\n\n`);
    await page.route('**/api/events*', (route) => route.fulfill({ contentType: 'text/event-stream', body: started.join('') }));
    await page.goto(`${walker.studio.url}#/runs/tiny`);
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('tab', { name: '日志' }).click();
    await expect.poll(() => page.locator('.news time').allTextContents(), patient).toEqual(['08:04:05', '2026年1月2日 15:04:05']);
    await page.context().close();
  });

  it('a spec that an example took the place of is there again at a click', async () => {
    const { page } = await open('runs/new/tiny');
    await page.getByRole('button', { name: 'YAML' }).click();
    const text = page.getByLabel('Spec in YAML');
    const before = await text.inputValue();
    await text.fill(`${before}# mine\n`);
    for (const example of ['tiny', 'quickstart']) await page.getByRole('button', { name: example, exact: true }).click();
    expect(await text.inputValue()).not.toContain('# mine');
    await page.getByRole('button', { name: 'What stood here before' }).click();
    expect(await text.inputValue()).toBe(`${before}# mine\n`);
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
    await page.route('**/api/events*', (route) => route.fulfill({ status: 503, json: { error: { message: 'no events are kept', code: 'MC_UNAVAILABLE' } } }));
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

  it('an answer that ends without its end, as where a proxy stands before a gateway that is killed, is not taken for a whole one', async () => {
    const { page } = await open('chat', (fresh) => fresh.route('**/v1/chat/completions', (route) => route.fulfill({ contentType: 'text/event-stream', body: 'data: {"choices":[{"delta":{"content":"The capital of"},"finish_reason":null}]}\n\n' })));
    await page.getByLabel('Your message').fill('what is the capital of France?');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The connection broke off before the end.').waitFor();
    expect(await page.locator('.turn.assistant.failed .answer-text').textContent()).toBe('The capital of');
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

  it('as many runs as are laid over one are told of in one connection, and their figures stand side by side', async () => {
    const others = ['over-1', 'over-2', 'over-3', 'over-4', 'over-5'];
    const tiny = (await walker.studio.bus.runs.get('tiny'))?.record;
    for (const [i, id] of others.entries()) {
      await walker.studio.bus.runs.create({ ...tiny, runId: id, specJson: JSON.stringify({ name: id, seed: 1, stages: { ppo: { ...(i === 4 ? { plugin: 'my-ppo' } : {}), settings: { kl: { beta: 0.1 * i } } } } }) });
      await walker.studio.bus.publishEvent({ runId: id, stage: 'ppo', progress: { step: 1, totalSteps: 2, metrics: [{ name: 'objective/scores', value: i }, { name: 'val/ratio', value: 1 }] } });
    }
    await walker.studio.bus.publishEvent({ runId: 'tiny', stage: 'ppo', progress: { step: 1, totalSteps: 2, metrics: [{ name: 'objective/scores', value: 9 }, { name: 'val/ratio', value: 1 }] } });
    const { page, heard } = await open('runs/tiny');
    const held = new Set<Request>();
    page.on('request', (request) => { if (request.url().includes('/events')) held.add(request); });
    page.on('requestfailed', (request) => held.delete(request));
    page.on('requestfinished', (request) => held.delete(request));
    await page.locator('.stage[data-stage="ppo"]').click();
    for (const id of others) await page.getByLabel('Lay another run over it').selectOption(id);
    const reward = page.getByRole('figure', { name: /^Reward: objective\/scores 9, / });
    await expect.poll(() => reward.getAttribute('aria-label'), patient).toBe(`Reward: objective/scores 9, ${others.map((id, i) => `objective/scores · ${id} ${i}`).join(', ')}`);
    expect(held.size).toBe(1);
    expect(await page.getByLabel('Lay another run over it').count()).toBe(0);
    // What is on none of the usual charts has one of its own.
    await page.getByText('1 more figures').click();
    await page.getByRole('figure', { name: /^val\/ratio: / }).waitFor();
    await page.getByRole('tab', { name: 'Figures' }).click();
    await expect.poll(() => page.locator('.panel table tr').allTextContents(), patient).toContain('set: kl.beta(default)00.10.20.300000000000000040.4');
    expect(await page.locator('.panel table tr').allTextContents()).toContain('set: plugin(default)(default)(default)(default)(default)my-ppo');
    expect(await look(page, 'figures')).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await look(page, 'phone-figures')).toEqual([]);
    expect(heard).toEqual([]);
    await page.context().close();
  });

  it('a run is found among more than are shown at first', async () => {
    const run = await (await fetch(`${walker.studio.url}api/runs/tiny`)).json() as object;
    const runs = Array.from({ length: 150 }, (_, i) => ({ ...run, id: `run-${i}` }));
    const { page } = await open('runs', (fresh) => fresh.route(/\/api\/runs(\?.*)?$/, (route) => route.fulfill({ json: { runs: runs.slice(0, Number(new URL(route.request().url()).searchParams.get('limit') ?? 100)) } })));
    await expect.poll(() => page.locator('main .row').count(), patient).toBe(100);
    await page.getByRole('button', { name: 'Show all' }).click();
    await expect.poll(() => page.locator('main .row').count(), patient).toBe(150);
    await page.reload();
    await page.getByLabel('Search').fill('RUN-149');
    await expect.poll(() => page.locator('main .row strong').allTextContents(), patient).toEqual(['run-149']);
    await page.getByLabel('Search').fill('nothing');
    await page.getByText('Nothing found.').waitFor();
    expect(await look(page, 'runs-search')).toEqual([]);
    await page.context().close();
  });

  it('a spec is checked as soon as that can be done, and is there again after a look at another page', async () => {
    const { page } = await open('runs/new', (fresh) => fresh.route('**/api/specs/check', (route) => route.abort()));
    await page.getByRole('alert').getByText('The gateway cannot be reached.').waitFor();
    await page.unroute('**/api/specs/check');
    await page.getByRole('button', { name: 'Start run', disabled: false }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.getByLabel('Name', { exact: true }).fill('half-done');
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByRole('link', { name: /tiny/ }).first().waitFor();
    await page.getByRole('link', { name: 'New run' }).click();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('half-done');
    await page.context().close();
  });

  it('a run is started anew from the spec of another, which is changed first', async () => {
    const spec = await readFile(new URL('../../../examples/tiny.yaml', import.meta.url), 'utf8');
    const post = (path: string, body: object): Promise<Response> => fetch(`${walker.studio.url}api/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    await post('runs', { spec, id: 'copied' });
    await post('runs/copied/cancel', {});
    const { page, heard } = await open('runs/copied');
    await page.getByRole('tab', { name: 'Spec' }).click();
    await page.getByRole('link', { name: 'New run from this spec' }).click();
    await page.getByLabel('Name', { exact: true }).fill('changed');
    await page.getByRole('button', { name: 'Start run', disabled: false }).click();
    await page.locator('h1', { hasText: /^changed/ }).waitFor();
    const specOf = async (id: string) => ((await (await fetch(`${walker.studio.url}api/runs/${id}`)).json()) as { spec: object }).spec;
    const changed = page.url().split('/').at(-1) ?? '';
    expect(await specOf(changed)).toEqual({ ...(await specOf('copied')), name: 'changed' });
    await post(`runs/${changed}/cancel`, {});
    expect(heard).toEqual([]);
    await page.context().close();
  });

  it('names and messages that cannot be broken fit a phone', async () => {
    const long = `unbreakable${'0123456789'.repeat(6)}`.slice(0, 64);
    const found: string[] = [];
    const tiny = (await walker.studio.bus.runs.get('tiny'))?.record;
    await walker.studio.bus.runs.create({ ...tiny, runId: long });
    const { page } = await open('runs/tiny', async (fresh) => {
      await fresh.setViewportSize({ width: 360, height: 740 });
      await fresh.route('**/v1/models', (route) => route.fulfill({ json: { data: ['one', 'two'].map((stage) => ({ id: `${long}/${stage}`, minchat: { run: long, stage, kind: 'sft', purpose: 'text' } })) } }));
      await fresh.route('**/v1/chat/completions', (route) => route.fulfill({ contentType: 'text/event-stream', body: `data: {"choices":[{"delta":{"content":${JSON.stringify((route.request().postDataJSON() as { model: string }).model)}},"finish_reason":"stop"}]}\n\n` }));
      await fresh.route('**/api/events*', (route) => route.fulfill({ contentType: 'text/event-stream', body: `data: ${JSON.stringify({ run: 'tiny', stage: 'sft', kind: 'logged', at: 1, lines: [{ at: 1, level: 'warn', message: long.repeat(3), fields: '' }] })}\n\n` }));
    });
    await page.getByLabel('Lay another run over it').selectOption(long);
    await page.getByRole('button', { name: `Without ${long}` }).waitFor();
    found.push(...await look(page, 'long-overlay'));
    await page.getByRole('tab', { name: 'Figures' }).click();
    found.push(...await look(page, 'long-figures'));
    await page.getByRole('tab', { name: 'Log' }).click();
    // With a run laid over it the page is about one stage.
    await page.getByRole('button', { name: 'All stages' }).click();
    await page.locator('.news li').first().waitFor();
    found.push(...await look(page, 'long-log'));
    await page.goto(`${walker.studio.url}#/chat`);
    const ask = async (): Promise<void> => {
      await page.getByLabel('Your message').fill('who are you?');
      await page.keyboard.press('Enter');
    };
    await ask();
    await page.getByRole('button', { name: 'Write anew' }).waitFor();
    found.push(...await look(page, 'long-chat'));
    await page.getByRole('button', { name: 'Compare with another' }).click();
    await ask();
    await page.getByRole('heading', { name: `${long}/two` }).waitFor();
    found.push(...await look(page, 'long-chat-compared'));
    expect(found).toEqual([]);
    await page.context().close();
  });

  it('all works under a prefix that a proxy takes away', async () => {
    const proxy = createServer((incoming, outgoing) => {
      const path = /^\/minchat(\/.*)$/.exec(incoming.url ?? '')?.[1];
      if (path === undefined) return outgoing.writeHead(404).end();
      const passed = request(new URL(path, walker.studio.url), { method: incoming.method, headers: incoming.headers }, (answer) => answer.pipe(outgoing.writeHead(answer.statusCode ?? 502, answer.headers)));
      outgoing.on('close', () => passed.destroy());
      return incoming.pipe(passed.on('error', () => outgoing.destroy()));
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const page = await (await walker.browser.newContext({ locale: 'en-GB' })).newPage();
    page.setDefaultTimeout(patient.timeout);
    const heard = complaints(page);
    await page.goto(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}/minchat/#/runs`);
    await page.getByRole('link', { name: /^tiny/ }).click();
    const [report] = await Promise.all([page.waitForResponse(/\/minchat\/api\/runs\/tiny\/report$/), page.getByRole('tab', { name: 'Report' }).click()]);
    expect(await report.text()).toContain('<title>Report');
    await (await fetch(`${walker.studio.url}api/data/imports?collection=gnus&format=jsonl`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: '{"prompt":"What is a gnu?"}' })).text();
    await page.goto(`${page.url().split('#')[0] ?? ''}#/data/gnus`);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^Export/ }).click()]);
    expect((await Array.fromAsync(await download.createReadStream())).join('')).toContain('What is a gnu?');
    expect(heard).toEqual([]);
    await page.context().close();
    proxy.closeAllConnections();
    proxy.close();
  });

  it('scripts and styles come compressed to whoever takes them so', async () => {
    const page = await (await fetch(walker.studio.url)).text();
    const files = [...page.matchAll(/"\.\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1] ?? '');
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      const encodings = await Promise.all(['gzip', 'gzip, deflate, br', 'identity'].map(async (accepted) => {
        const response = await fetch(`${walker.studio.url}${file}`, { headers: { 'accept-encoding': accepted } });
        expect([response.headers.get('vary'), response.headers.get('cache-control')]).toEqual([expect.stringMatching(/accept-encoding/i), 'public, max-age=31536000, immutable']);
        return [response.headers.get('content-encoding'), (await response.text()).length] as const;
      }));
      expect(encodings.map(([encoding]) => encoding)).toEqual(['gzip', 'br', null]);
      expect(new Set(encodings.map(([, length]) => length)).size).toBe(1);
    }
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
