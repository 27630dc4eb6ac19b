import { zstdCompressSync } from 'node:zlib';
import { rpc } from '@minchat/bus';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, seriousFindings } from './browser.ts';
import { look, patient, startWalker, type Walker } from './walker.ts';

// What is stored: brought in with errors told, looked at, taken out, and forgotten.

describe.skipIf(noBrowser !== undefined)('data in the studio', () => {
  let walker: Walker;
  let page: Page;
  beforeAll(async () => {
    walker = await startWalker();
    page = walker.page;
  });
  afterAll(() => walker?.close());

  const go = (path: string): Promise<void> => walker.go(path);
  const button = (name: string | RegExp) => walker.button(name);
  const choose = (name: string, content: string | ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<void> =>
    page.locator('input[type="file"]').setInputFiles({ name, mimeType: 'application/octet-stream', buffer: typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as ArrayBuffer) });

  it('a file is imported, its bad line told by number before and after, and found by search', async () => {
    await go('data');
    await page.getByText('Nothing is stored yet').waitFor();
    await choose('My prompts.jsonl', '{"prompt":"What is a zebra?"}\nbroken\n{"prompt":"What is a yak?","completion":"A shaggy ox.","user_id":"eve"}\n{"prompt":"what is a ZEBRA?"}\n');
    expect(await page.getByLabel('Collection').inputValue()).toBe('my-prompts');
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByText('A shaggy ox.').waitFor();
    expect(await preview.locator('.bad-lines tbody tr').textContent()).toBe('2expected JSON, found broken');
    expect(await seriousFindings(page)).toEqual([]);
    await button('Import').click();
    await page.getByText('1 lines could not be used:').waitFor();
    expect(await page.locator('.outcome .bad-lines tbody tr').textContent()).toBe('2expected JSON, found broken');
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Look at it' }).click();
    await page.getByText('A shaggy ox.').waitFor();
    await button(/^prompts/).click();
    await page.getByText('What is a zebra?').first().waitFor();
    await page.getByLabel('Search').fill('yak');
    await expect.poll(() => page.locator('.records li').count(), patient).toBe(1);
    await page.getByText('by eve').waitFor();
  });

  it('a long search that has found nothing so far goes on', async () => {
    const records = /\/records\?/;
    await page.route(records, (route) => {
      const query = new URL(route.request().url()).searchParams;
      return query.get('search') === 'zebra' && query.get('after') === '' ? route.fulfill({ json: { records: [], next: '0:' } }) : route.continue();
    });
    await page.getByLabel('Search').fill('zebra');
    await expect.poll(() => page.locator('.records li').count(), patient).toBe(2);
    await page.unroute(records);
  });

  it('what the rules decide is shown, and is a filter', async () => {
    await page.getByLabel('Search').fill('');
    await button('Apply the rules').click();
    await page.getByRole('button', { name: /^duplicate/ }).click();
    await expect.poll(() => page.locator('.records li').count(), patient).toBe(1);
    await page.getByText('dropped: the same text as another prompt').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('fields with other names are mapped', async () => {
    await go('data');
    await choose('faq.jsonl', '{"q":"What is a gnu?","a":{"best":"An antelope.","other":"A cow."}}\n');
    await page.getByRole('region', { name: 'Preview' }).getByText(/expected text, prompt/).waitFor();
    await page.getByLabel('prompt', { exact: true }).selectOption('q');
    await page.getByLabel('chosen', { exact: true }).selectOption('a.best');
    await page.getByLabel('rejected', { exact: true }).selectOption('a.other');
    await page.getByRole('region', { name: 'Preview' }).getByText('An antelope.').waitFor();
    await button('Import').click();
    await page.getByRole('link', { name: 'Look at it' }).click();
    await page.locator('.ranked').getByText('A cow.').waitFor();
  });

  it('a preview is of the file whose name is over it, however late it comes', async () => {
    await go('data');
    await page.reload();
    const preview = page.getByRole('region', { name: 'Preview' });
    const first = Promise.withResolvers<void>();
    await page.route('**/api/data/preview', async (route) => {
      if (route.request().postData()?.includes('emu') === true) await first.promise;
      await route.continue();
    });
    // The browser reads the file of moles late, and the gateway the one of emus.
    await page.evaluate(() => {
      const read = Reflect.get(Blob.prototype, 'text') as () => Promise<string>;
      Blob.prototype.text = async function text(this: Blob) {
        const content = await read.call(this);
        if (content.includes('mole')) await new Promise<void>((resolve) => { addEventListener('read-on', () => resolve(), { once: true }); });
        return content;
      };
    });
    await choose('moles.jsonl', '{"prompt":"What is a mole?"}\n');
    await choose('owls.jsonl', '{"prompt":"What is an owl?"}\n');
    await preview.getByText('What is an owl?').waitFor();
    await page.evaluate(() => { dispatchEvent(new Event('read-on')); });
    await choose('emus.jsonl', '{"prompt":"What is an emu?"}\n');
    await page.locator('form b').getByText('emus.jsonl').waitFor();
    expect(await page.getByLabel('Collection').inputValue()).toBe('emus');
    expect(await preview.textContent()).toBe('');
    first.resolve();
    await preview.getByText('What is an emu?').waitFor();
    await page.unroute('**/api/data/preview');
    // What was imported is told of, whatever stands in the form by now.
    await button('Import').click();
    await page.locator('.outcome').getByText('Imported into emus').waitFor();
    await page.getByLabel('Collection').fill('others');
    expect(await page.getByRole('link', { name: 'Look at it' }).getAttribute('href')).toBe('#/data/emus');
    await page.reload();
  });

  it('a Parquet file is looked at in the browser', async () => {
    await go('data');
    await choose('rows.parquet', parquetWriteBuffer({ columnData: [{ name: 'question', data: ['What is an emu?', 'What is a rhea?'] }, { name: 'reply', data: ['A bird.', 'Another.'] }, { name: 'user_id', data: [9007199254740993n, 12n] }] }));
    await page.getByLabel('prompt', { exact: true }).selectOption('question');
    await page.getByLabel('completion', { exact: true }).selectOption('reply');
    await page.getByRole('region', { name: 'Preview' }).getByText('A bird.').waitFor();
    // More than a double holds: as it is imported.
    await page.getByRole('region', { name: 'Preview' }).getByText('by 9007199254740993').waitFor();
    await button('Import').click();
    await page.getByRole('link', { name: 'Look at it' }).click();
    await page.getByText('Another.').waitFor();
    await page.getByText('by 9007199254740993').waitFor();
  });

  it('a packed table is looked at in the browser', async () => {
    await go('data');
    await choose('faq.csv.zst', zstdCompressSync('q;reply\n"What is\na kiwi?";"A bird; or a fruit."\n'));
    await page.getByLabel('prompt', { exact: true }).selectOption('q');
    await page.getByLabel('completion', { exact: true }).selectOption('reply');
    await page.getByRole('region', { name: 'Preview' }).getByText('A bird; or a fruit.').waitFor();
    await button('Import').click();
    await page.getByText('Imported into faq').first().waitFor();
  });

  it('what is being read stays when other records come in', async () => {
    const bring = async (line: object): Promise<void> => {
      await (await fetch(`${walker.studio.url}api/data/imports?collection=growing&format=jsonl`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: JSON.stringify(line) })).text();
    };
    await bring({ prompt: 'What is a stoat?' });
    await go('data/growing');
    await page.locator('.records').getByText('What is a stoat?').waitFor();
    await bring({ prompt: 'What is a lynx?', chosen: 'A cat.', rejected: 'A bird.' });
    await button('comparisons 1').waitFor();
    expect(await page.locator('.records').textContent()).toContain('stoat');
    await go('data/rows');
    await page.getByText('Another.').waitFor();
  });

  it('an import is stopped, which leaves nothing of it, and a reload in the middle asks first', async () => {
    await go('data');
    const gate = Promise.withResolvers<void>();
    await page.route('**/api/data/imports*', async (route) => {
      await gate.promise;
      await route.abort().catch(() => undefined);
    });
    await choose('half.jsonl', '{"prompt":"What is a half?"}\n');
    await button('Import').click();
    await page.getByText('Sending the file…').waitFor();
    const asked = page.waitForEvent('dialog');
    void page.reload().catch(() => undefined);
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    await button('Stop').click();
    await page.getByText('Stopped. Unless it was just done, nothing of it is imported.').waitFor();
    gate.resolve();
    await page.unroute('**/api/data/imports*');
    await button('Import').click();
    await page.locator('.outcome').getByText('Imported into half').waitFor();
  });

  it('the address tells which records are looked at; what is still searched for is told; each page is read from its top', async () => {
    const lines = Array.from({ length: 60 }, (_, n) => JSON.stringify({ prompt: `Which ${n}?${'\n'.repeat(8)}`, completion: 'That one.', labeler: n % 2 === 0 ? 'ann' : 'ben' }));
    await (await fetch(`${walker.studio.url}api/data/imports?collection=tall&format=jsonl`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: lines.join('\n') })).text();
    await go('data/tall');
    const records = page.locator('.records li');
    await expect.poll(() => records.count(), patient).toBe(25);
    const first = await records.first().textContent();
    await button('Next').click();
    await expect.poll(() => records.first().textContent(), patient).not.toBe(first);
    expect(await page.evaluate(() => scrollY)).toBe(0);
    await button(/^demonstrations/).click();
    await page.getByLabel('Labeler', { exact: true }).fill('ann');
    await expect.poll(() => page.evaluate(() => location.hash), patient).toBe('#/data/tall?type=demonstrations&labeler=ann');
    const gate = Promise.withResolvers<void>();
    await page.route(/\/records\?/, async (route) => {
      await gate.promise;
      await route.continue();
    });
    await page.getByLabel('Search').fill('Which 4');
    await page.getByText('Searching…').waitFor();
    expect(await page.locator('.records').getAttribute('aria-busy')).toBe('true');
    gate.resolve();
    await expect.poll(() => records.count(), patient).toBe(6);
    await page.unroute(/\/records\?/);
    await page.reload();
    await expect.poll(() => records.count(), patient).toBe(6);
    expect([await page.getByLabel('Search').inputValue(), await page.getByLabel('Labeler', { exact: true }).inputValue()]).toEqual(['Which 4', 'ann']);
    await page.goBack();
    await expect.poll(() => records.count(), patient).toBe(25);
    expect(await page.getByLabel('Search').inputValue()).toBe('');
  });

  it('comparisons are saved as pairs for other trainers, too', async () => {
    await go('data/growing');
    await button('comparisons 1').click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export preferences' }).click()]);
    expect(download.suggestedFilename()).toBe('growing-preferences.jsonl');
    expect((await Array.fromAsync(await download.createReadStream())).join('')).toContain('"chosen":[{"role":"assistant","content":"A cat."}]');
    await go('data/rows');
    await page.getByText('Another.').waitFor();
  });

  it('a collection is saved as JSON lines', async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^Export/ }).click()]);
    expect(download.suggestedFilename()).toBe('rows-demonstrations.jsonl');
    const lines = (await Array.fromAsync(await download.createReadStream())).join('').trim().split('\n').map((line) => JSON.parse(line) as { completion: { content: string }[] });
    expect(lines.map((line) => line.completion[0]?.content ?? '').toSorted()).toEqual(['A bird.', 'Another.']);
  });

  it('a collection is saved as Parquet, which is looked through before it is imported again', async () => {
    await page.getByLabel('Export as').selectOption('Parquet');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^Export/ }).click()]);
    expect(download.suggestedFilename()).toBe('rows-demonstrations.parquet');
    await go('data');
    await choose('again.parquet', new Uint8Array(Buffer.concat(await Array.fromAsync(await download.createReadStream()))));
    await page.getByText('A bird.').waitFor();
    await page.getByText('Another.').waitFor();
  });

  it('a collection is deleted, when asked once more', async () => {
    await go('data/growing');
    await button('Delete').click();
    await button('Delete for good').click();
    await page.getByRole('heading', { name: 'Data', exact: true }).waitFor();
    await expect.poll(async () => page.locator('.list').textContent(), patient).not.toContain('growing');
    await go('data/growing');
    await page.getByText('There is no collection of this name').waitFor();
    await go('data/feedback');
    await page.getByRole('heading', { name: 'feedback' }).waitFor();
    expect(await button('Delete').count()).toBe(0);
    await go('data/rows');
    await page.getByText('Another.').waitFor();
  });

  it('a demonstration is written to an imported prompt, its time measured', async () => {
    await go('label');
    await button(/^Answer prompts/).click();
    await page.getByLabel('Your answer').fill('A striped horse.');
    await page.keyboard.press('Control+Enter');
    await expect.poll(async () => (await walker.studio.bus.call(rpc.listCollections, {})).collections.find((one) => one.name === 'feedback')?.demonstrations, patient).toBe(1);
  });

  it('a person is forgotten: what would go is told first, then it is gone', async () => {
    await go('data');
    await page.getByText('Delete a person’s data').click();
    await page.getByLabel('User or labeler').fill('eve');
    // What is told late, of somebody whose name is not in the field any more, is no leave to delete.
    const late = Promise.withResolvers<void>();
    await page.route('**/api/data/forget', async (route) => {
      await late.promise;
      await route.continue();
    });
    await button('See what would go').click();
    await page.getByLabel('User or labeler').fill('adam');
    const told = page.waitForResponse('**/api/data/forget');
    late.resolve();
    await (await told).finished();
    await page.unroute('**/api/data/forget');
    expect(await button('Delete for good').count()).toBe(0);
    await page.getByLabel('User or labeler').fill('eve');
    await button('See what would go').click();
    await page.getByText('Would be deleted: 1 prompts, 1 demonstrations').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await button('Delete for good').click();
    await page.getByText('Deleted: 1 prompts, 1 demonstrations').waitFor();
    await go('data/my-prompts');
    await page.getByText('What is a zebra?').first().waitFor();
    expect(await page.content()).not.toContain('yak');
    await go('data');
    await choose('again.jsonl', '{"prompt":"What is a zebra?"}\n{"prompt":"What is a yak?","completion":"A shaggy ox.","user_id":"eve"}\n');
    await button('Import').click();
    await page.getByText('1 records left out: they are of people who were forgotten.').waitFor();
  });

  it('what a labeler is sent tells of no model and of no gold question, which no run is given', async () => {
    const post = (path: string, body: object): Promise<Response> => fetch(`${walker.studio.url}api/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const questions = ['Gnats?', 'Newts?', 'Bats?', 'Cats?'].map((prompt) => JSON.stringify({ prompt, chosen: 'Good one.', rejected: 'Bad one.' }));
    await (await fetch(`${walker.studio.url}api/data/imports?collection=known&format=jsonl`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: questions.join('\n') })).text();
    const records = [1, 2, 3, 4, 5, 6].map((n) => ({ id: `p${n}`, model: 'secret-model', messages: [{ role: 'user' as const, content: `Which ${n}?` }], answers: ['one', 'two'].map((text) => ({ text, finished: true })) }));
    const spec = await walker.studio.rankingSpec('blind', records, 6, 'gold: { collection: known, rate: 0.5 }');
    await post('runs', { spec, id: 'blind' });

    type Given = { task: { id: string; messages: { content: string }[]; leasedUntil: number } | null };
    const bodies: string[] = [];
    const told = async (response: Response): Promise<string> => {
      expect(response.status).toBe(200);
      const body = await response.text();
      bodies.push(body);
      return body;
    };
    const take = async (): Promise<Given['task']> => (JSON.parse(await told(await post('label/tasks', { labeler: 'first', kind: 'rank', run: 'blind' }))) as Given).task;
    await expect.poll(take, patient).not.toBeNull();
    // What there is to see of one task, from taking to handing in, without what differs between any two.
    const seen = { gold: new Set<string>(), other: new Set<string>() };
    let count = { gold: 0, other: 0 };
    for (let done = 0; done < 6; done += 1) {
      const task = await take();
      if (task === null) break;
      const kind = records.some(({ messages }) => messages[0]?.content === task.messages[0]?.content) ? 'other' : 'gold';
      count = { ...count, [kind]: count[kind] + 1 };
      const renewed = await told(await post(`label/tasks/${task.id}/renew`, { labeler: 'first' }));
      const queues = await told(await fetch(`${walker.studio.url}api/label/queues`));
      const bad = await post(`label/tasks/${task.id}/submit`, { labeler: 'first', verdicts: [] });
      const refused = `${bad.status} ${await bad.text()}`;
      const submitted = await told(await post(`label/tasks/${task.id}/submit`, { labeler: 'first', verdicts: [{ rank: 0 }, { rank: 1 }] }));
      const after = await told(await fetch(`${walker.studio.url}api/label/queues`));
      const figures = (body: string): unknown => Object.entries((JSON.parse(body) as { queues: Record<string, unknown>[] }).queues.find((one) => one['run'] === 'blind') ?? {}).map(([name, value]) => [name, name === 'done' ? Number(value) - done : name === 'open' ? Number(value) + done : value]);
      seen[kind].add(JSON.stringify([Object.keys(task), task.id.length, typeof task.leasedUntil, Object.keys(JSON.parse(renewed) as object), figures(queues), refused, submitted, figures(after)]));
    }
    expect(count.gold).toBeGreaterThan(0);
    expect(count.other).toBeGreaterThan(0);
    expect(seen.gold).toEqual(seen.other);
    for (const body of bodies) expect(body).not.toMatch(/secret|gold|known|model/);

    // Of what was answered only the rankings of the run's own answers are feedback.
    const exported = async (): Promise<string> => (await fetch(`${walker.studio.url}api/data/collections/feedback/export?type=comparisons`)).text();
    await expect.poll(async () => (await exported()).match(/Which \d/g)?.length, patient).toBe(count.other);
    expect(await exported()).not.toMatch(/Gnats|Newts|Bats|Cats/);
    await post('runs/blind/cancel', {});
    await post('runs', { spec: 'name: greedy\nstages:\n  data: { settings: { source: collection, collection: known } }\n', id: 'greedy' });
    const status = async (): Promise<string> => JSON.stringify(await (await fetch(`${walker.studio.url}api/runs/greedy`)).json());
    await expect.poll(status, patient).toContain('found the gold questions of the run blind');
  });

  it('every page of data fits a phone, in Chinese and in the dark', async () => {
    expect(await walker.lookOnPhone(['data', 'data/my-prompts', 'data/faq'])).toEqual([]);
    // Why the rules dropped a prompt is told in the reader's language.
    await go('data/my-prompts');
    await page.getByText('已剔除：与另一条提示文本相同').waitFor();
    expect(await look(page, 'phone-data-dropped')).toEqual([]);
    // So is why a line cannot be used.
    await go('data');
    await choose('bad.jsonl', 'broken\n{"prompt":"What is a gnu?","completion":7}\n{"prompt":"What is a gnu?","completion":" "}\n');
    await expect.poll(() => page.locator('.bad-lines tbody td:last-child').allTextContents(), patient)
      .toEqual(['应为 JSON，实际为 broken', 'completion：应为 string | messages，实际为 number', '回答为空']);
    expect(await look(page, 'phone-data-bad-lines')).toEqual([]);
  });

  it('nothing went wrong in the browser on the way', () => {
    expect(walker.heard).toEqual([]);
  });
});
