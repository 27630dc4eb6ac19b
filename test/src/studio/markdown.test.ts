import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser } from './browser.ts';
import { asOnPhone, look, patient, startWalker, type Walker } from './walker.ts';

// Answers are Markdown, of which nothing is lost and nothing moves that was read already.

/** The studio, whose models answer what they are given here, piece by piece. */
async function startDoor(url: string): Promise<{ url: string; server: Server; say: (text: string) => void; end: (reason?: string) => void }> {
  const to = new URL(url);
  let say: (text: string) => void = () => undefined;
  let end: (reason: string) => void = () => undefined;
  const server = createServer((asked, answer) => {
    if (asked.url !== '/v1/chat/completions') {
      asked.pipe(request({ host: to.hostname, port: to.port, path: asked.url, method: asked.method, headers: asked.headers }, (got) => {
        answer.writeHead(got.statusCode ?? 500, got.headers);
        got.pipe(answer);
      }));
      return;
    }
    answer.writeHead(200, { 'content-type': 'text/event-stream' });
    const tell = (delta: object, reason?: string): boolean => answer.write(`data: ${JSON.stringify({ choices: [{ delta, finish_reason: reason ?? null }] })}\n\n`);
    say = (content) => void tell({ content });
    end = (reason) => {
      tell({}, reason);
      answer.end('data: [DONE]\n\n');
    };
    asked.resume();
    answer.flushHeaders();
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`, server, say: (text) => say(text), end: (reason = 'stop') => end(reason) };
}

describe.skipIf(noBrowser !== undefined)('an answer in Markdown', () => {
  let walker: Walker;
  let page: Page;
  let door: Awaited<ReturnType<typeof startDoor>>;
  beforeAll(async () => {
    walker = await startWalker();
    page = walker.page;
    await walker.studio.addModels();
    door = await startDoor(walker.studio.url);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto(`${door.url}#/chat/tiny/ppo`);
    await page.getByLabel('Model 1').waitFor();
  });
  afterAll(async () => {
    await walker?.close();
    door?.server.close();
  });

  const answer = () => page.locator('.turn.assistant').last();
  const ask = async (): Promise<void> => {
    const [asked] = await Promise.all([page.waitForResponse('**/v1/chat/completions'), page.getByLabel('Your message').fill('Tell me.').then(() => page.keyboard.press('Enter'))]);
    expect(asked.status()).toBe(200);
  };
  const answerWith = async (text: string): Promise<void> => {
    await ask();
    door.say(text);
    door.end();
    await walker.button('Write anew').waitFor();
  };
  const clipboard = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());

  it('is drawn while it is written; what was read already stays where it is', async () => {
    await ask();
    door.say('So:\n-');
    await answer().getByText('So:').waitFor();
    // Not a heading, as which a line over such a one would count.
    expect(await answer().getByRole('heading').count()).toBe(0);
    door.say(' **one**\n- two\n\nThen `code`:\n\n```ts\nlet a = 1;\n');
    const code = answer().locator('pre');
    await expect.poll(() => code.textContent(), patient).toBe('let a = 1;\n');
    await page.evaluate(() => { for (const node of document.querySelectorAll('.answer-text li, .answer-text pre, .answer-text p')) (node as HTMLElement & { met?: boolean }).met = true; });
    door.say('\n- not a list\n');
    await expect.poll(() => code.textContent(), patient).toBe('let a = 1;\n\n- not a list\n');
    door.say('```\nThe end.');
    await answer().getByText('The end.').waitFor();
    expect(await answer().locator('li, pre, p').evaluateAll((nodes) => nodes.map((node) => (node as HTMLElement & { met?: boolean }).met === true))).toEqual([true, true, true, true, true, false]);
    expect(await code.textContent()).toBe('let a = 1;\n\n- not a list');
    expect(await answer().locator('li').allTextContents()).toEqual(['one', 'two']);
    expect(await page.locator('#announcer').textContent()).toBe('');
    door.end();
    await walker.button('Write anew').waitFor();
    // Heard as it is seen, when it is whole.
    await expect.poll(async () => (await page.locator('#announcer').textContent())?.split(/\n+/), patient).toEqual(['So:', 'one', 'two', 'Then code:', 'ts', 'let a = 1;', '- not a list', 'The end.']);
    expect(await look(page, 'markdown-code')).toEqual([]);
  });

  it('code is copied alone, an answer as it was written', async () => {
    await walker.button('Copy the code').click();
    await expect.poll(clipboard, patient).toBe('let a = 1;\n\n- not a list');
    await walker.button('Copy').and(page.locator('.thumbs button')).click();
    await expect.poll(clipboard, patient).toBe('So:\n- **one**\n- two\n\nThen `code`:\n\n```ts\nlet a = 1;\n\n- not a list\n```\nThe end.');
  });

  it('a link shows where it leads, and nothing is loaded or run', async () => {
    await answerWith('[my bank](https://evil.example/a) https://plain.example/b [x](javascript:alert(1)) [here](#/people) https://bank.example@evil.example/ ![a cat](https://elsewhere.example/cat.png) <img src=x onerror=alert(1)> <b>bold</b>');
    const links = answer().getByRole('link');
    expect(await links.evaluateAll((nodes) => nodes.map((node) => [node.textContent, node.getAttribute('href'), node.getAttribute('rel'), node.getAttribute('target')]))).toEqual([
      ['my bank', 'https://evil.example/a'], ['https://plain.example/b', 'https://plain.example/b'], ['https://bank.example@evil.example/', 'https://bank.example@evil.example/'], ['a cat', 'https://elsewhere.example/cat.png'],
    ].map((link) => [...link, 'noopener noreferrer', '_blank']));
    expect(await answer().locator('.answer-text').textContent()).toBe('my bank (evil.example) https://plain.example/b x here https://bank.example@evil.example/ (evil.example) a cat (elsewhere.example) <img src=x onerror=alert(1)> <b>bold</b>');
    expect(await answer().locator('img, b').count()).toBe(0);
  });

  it('nothing of it is lost: ends of lines, headings and links without words, references, footnotes', async () => {
    await answerWith('one\ntwo\n===\n#\n\n[a]: https://a.example\n\n[^1]: a note\n\n- [x] done\n\n~5 or ~6\n\n![](cat.png) [](https://a.example)');
    expect((await answer().locator('.answer-text').innerText()).split('\n').map((line) => line.trim()).filter(Boolean)).toEqual(['one', 'two', '===', '#', '[a]: https://a.example', '[^1]: a note', '☑ done', '~5 or ~6', '![](cat.png) [](https://a.example)']);
    for (const text of ['\n', '>'.repeat(3000), `${'*'.repeat(4000)}a${'*'.repeat(4000)}`]) {
      await answerWith(text);
      expect((await answer().textContent())?.trim()).toBe(text.trim());
    }
  });

  it('is shown as it was written by one click, which is remembered', async () => {
    await walker.button('New conversation').click();
    const text = '# One\n\n- *a*\n\n| a | b |\n|--|--|\n| c | d |';
    await answerWith(text);
    await answer().getByRole('table').waitFor();
    expect(await look(page, 'markdown-table')).toEqual([]);
    await page.getByLabel('Raw text').check();
    expect(await answer().textContent()).toBe(text);
    await page.reload();
    await expect.poll(() => answer().textContent(), patient).toBe(text);
    await page.getByLabel('Raw text').uncheck();
    await answer().getByRole('table').waitFor();
  });

  it('answers that are compared are shown as they were written, until that is done', async () => {
    await walker.button('Write anew').click();
    await page.locator('.turn.assistant.writing').waitFor();
    door.say('# Two');
    door.end();
    await walker.button('Better').waitFor();
    expect(await page.locator('.turn.assistant').allTextContents()).toEqual(['# Two', '# One\n\n- *a*\n\n| a | b |\n|--|--|\n| c | d |']);
    await walker.button('Better').click();
    await answer().getByRole('heading', { name: 'Two' }).waitFor();
  });

  it('says where it was cut off', async () => {
    await ask();
    door.say('One, two,');
    expect(await page.getByText('(cut off here)').count()).toBe(0);
    door.end('length');
    await walker.button('Write anew').waitFor();
    await answer().getByText('(cut off here)').waitFor();
    expect(await answer().locator('.answer-text').textContent()).toBe('One, two,');
  });

  it('fits a phone, in the dark and in forced colours', async () => {
    await answerWith(`# A heading\n\n\`\`\`\n${'wide '.repeat(60)}\n\`\`\`\n\n| ${'column | '.repeat(20)}\n|${'--|'.repeat(20)}\n| ${'value | '.repeat(20)}\n\n1. https://example.org/${'long'.repeat(40)}\n2. \`${'unbroken'.repeat(20)}\`\n\n> said`);
    await page.emulateMedia({ forcedColors: 'active' });
    expect(await look(page, 'markdown-forced-colours')).toEqual([]);
    await page.emulateMedia({ forcedColors: 'none' });
    await asOnPhone(page);
    expect(await look(page, 'markdown-phone')).toEqual([]);
    expect(await page.getByRole('button', { name: '复制代码' }).count()).toBe(1);
  });

  it('nothing went wrong in the browser on the way', () => {
    expect(walker.heard).toEqual([]);
  });
});
