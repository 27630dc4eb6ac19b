// The page at /: chat with a model, and the runs as they go. Everything shown is set as text.

const $ = (id) => document.getElementById(id);
const element = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

/* ---- requests */

async function request(path, options = {}) {
  const key = sessionStorage.getItem('key');
  const headers = { ...options.headers, ...(key ? { authorization: `Bearer ${key}` } : {}) };
  const response = await fetch(path, { ...options, headers });
  if (response.status === 401) {
    await askKey();
    return request(path, options);
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => undefined);
  throw new Error(body?.error?.message ?? `The gateway answered ${response.status}.`);
}

let asking;
/** Asks for the key once, however many requests need it. */
function askKey() {
  asking ??= new Promise((resolve) => {
    const dialog = $('key-dialog');
    dialog.addEventListener('close', () => {
      sessionStorage.setItem('key', $('key').value.trim());
      asking = undefined;
      resolve();
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

/** The data of each server-sent event of a response. */
async function* events(response) {
  let rest = '';
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + piece).split('\n\n');
    rest = parts.pop();
    for (const part of parts) {
      const data = part.split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6)).join('\n');
      if (data) yield data;
    }
  }
}

/* ---- pages and theme */

function showPage() {
  const page = location.hash === '#runs' ? 'runs' : 'chat';
  $('chat').hidden = page !== 'chat';
  $('runs').hidden = page !== 'runs';
  for (const link of document.querySelectorAll('nav a')) {
    if (link.dataset.page === page) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}
addEventListener('hashchange', showPage);
showPage();

const theme = localStorage.getItem('theme');
if (theme) document.documentElement.dataset.theme = theme;
$('theme').addEventListener('click', () => {
  const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  const next = dark ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  localStorage.setItem('theme', next);
});

/* ---- models */

let known = '';
async function loadModels() {
  const { data } = await (await request('/v1/models')).json();
  const talkers = data.filter((model) => model.minchat.purpose === 'text' && model.minchat.kind !== 'pretrain');
  const ids = talkers.map((model) => model.id);
  $('welcome-text').textContent = ids.length > 0
    ? 'Answers come as the model writes them.'
    : 'No model can talk yet. It will be here as soon as a run has finished its sft stage.';
  $('ideas').hidden = ids.length === 0;
  $('send').disabled = ids.length === 0 && !answering;
  if (ids.join() === known) return;
  known = ids.join();
  const chosen = $('model').value || localStorage.getItem('model');
  $('model').replaceChildren(...talkers.map((model) => new Option(model.id === 'latest' ? `latest (${model.minchat.run})` : model.id, model.id)));
  if (ids.includes(chosen)) $('model').value = chosen;
}
$('model').addEventListener('change', () => localStorage.setItem('model', $('model').value));

/* ---- chat */

let conversation = [];
let answering;

for (const idea of ['What is the capital of France?', 'Explain rain to a six-year-old.', 'What is 3 plus 4?']) {
  const button = element('button', '', idea);
  button.type = 'button';
  button.addEventListener('click', () => void ask(idea));
  $('ideas').append(button);
}

function addTurn(role, text) {
  $('welcome').hidden = true;
  const turn = element('div', `turn ${role}`, text);
  $('thread').append(turn);
  turn.scrollIntoView({ block: 'end' });
  return turn;
}

async function ask(text) {
  if (answering || !text.trim()) return;
  conversation.push({ role: 'user', content: text });
  addTurn('user', text);
  const turn = addTurn('assistant', '');
  turn.classList.add('busy');
  answering = new AbortController();
  $('send').textContent = 'Stop';
  $('send').disabled = false;
  const number = (id) => ($(id).value === '' ? undefined : Number($(id).value));
  const body = {
    model: $('model').value, messages: conversation, stream: true, stream_options: { include_usage: true },
    temperature: number('temperature'), max_tokens: number('max-tokens'), seed: number('seed'),
  };
  let answer = '';
  try {
    const started = performance.now();
    const response = await request('/v1/chat/completions', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal: answering.signal });
    for await (const data of events(response)) {
      if (data === '[DONE]') break;
      const event = JSON.parse(data);
      if (event.error) throw new Error(event.error.message);
      const atEnd = $('thread').scrollHeight - $('thread').scrollTop - $('thread').clientHeight < 80;
      answer += event.choices[0]?.delta.content ?? '';
      turn.textContent = answer;
      if (atEnd) $('thread').scrollTop = $('thread').scrollHeight;
      if (event.usage) {
        const seconds = (performance.now() - started) / 1000;
        turn.after(element('div', 'meta', `${event.usage.completion_tokens} tokens in ${seconds.toFixed(1)} s`));
      }
    }
  } catch (error) {
    if (error.name !== 'AbortError') {
      turn.classList.add('failed');
      turn.textContent = `${answer}${answer ? '\n\n' : ''}${error.message}`;
    }
  }
  // A question without an answer does not stay in the conversation.
  if (answer) conversation.push({ role: 'assistant', content: answer });
  else conversation.pop();
  turn.classList.remove('busy');
  answering = undefined;
  $('send').textContent = 'Send';
}

$('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  if (answering) return answering.abort();
  const text = $('input').value;
  $('input').value = '';
  void ask(text);
});
$('input').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!answering && !$('send').disabled) $('composer').requestSubmit();
});
$('clear').addEventListener('click', () => {
  answering?.abort();
  conversation = [];
  for (const node of [...$('thread').children]) if (node.id !== 'welcome') node.remove();
  $('welcome').hidden = false;
});

/* ---- runs */

const shownMetrics = ['loss', 'accuracy', 'objective/scores', 'objective/kl', 'winRate', 'perf/tokens_per_second'];
const short = (value) => (Math.abs(value) >= 1000 ? Math.round(value).toLocaleString() : Number(value.toPrecision(3)).toString());

function duration(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s` : `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

function stageRow(stage) {
  const row = element('li', `stage ${stage.status}`);
  const done = stage.status === 'completed' ? 1 : stage.totalSteps > 0 ? stage.step / stage.totalSteps : 0;
  const track = element('div', 'track');
  const fill = element('i');
  fill.style.width = `${(done * 100).toFixed(1)}%`;
  track.append(fill);
  const figures = shownMetrics.filter((name) => name in stage.metrics).slice(0, 2).map((name) => `${name.split('/').at(-1).replaceAll('_', ' ')} ${short(stage.metrics[name])}`);
  const time = stage.startedAt ? duration((stage.finishedAt || Date.now()) - stage.startedAt) : '';
  const state = stage.status === 'running' && stage.totalSteps > 0 ? `${stage.step} / ${stage.totalSteps}` : stage.status === 'completed' ? '' : stage.status;
  row.append(element('span', 'dot'), element('span', '', stage.stage), track, element('span', 'figures', [...figures, state, time].filter(Boolean).join(' · ')));
  row.setAttribute('aria-label', `${stage.stage}: ${stage.status}`);
  return row;
}

function runCard(run) {
  const card = element('article', 'run');
  const top = element('div', 'run-top');
  top.append(element('h2', '', run.id), element('span', `tag ${run.status}`, run.status), element('span', 'quiet', new Date(run.createdAt).toLocaleString()), element('span', 'grow'));
  if (run.stages.some((stage) => stage.outputs.some((output) => output.kind === 'report'))) top.append(button('Report', () => openReport(run.id)));
  if (run.status === 'running') top.append(button('Cancel', () => act(run.id, 'cancel')));
  if (run.status === 'failed' || run.status === 'cancelled') top.append(button('Resume', () => act(run.id, 'resume')));
  const stages = element('ul', 'stages');
  stages.append(...run.stages.map(stageRow));
  card.append(top, stages);
  for (const error of [run.error, ...run.stages.map((stage) => stage.error)].filter(Boolean)) card.append(element('p', 'problem', `${error.code}: ${error.message} ${error.hint}`));
  return card;
}

function button(text, action) {
  const node = element('button', '', text);
  node.addEventListener('click', () => action().catch((error) => { $('runs-note').textContent = error.message; }));
  return node;
}

async function act(id, what) {
  await request(`/api/runs/${encodeURIComponent(id)}/${what}`, { method: 'POST' });
  await loadRuns();
}

async function openReport(id) {
  const path = `/api/runs/${encodeURIComponent(id)}/report`;
  // A link carries no key: with one, the page is fetched first.
  if (!sessionStorage.getItem('key')) return void open(path, '_blank', 'noopener');
  open(URL.createObjectURL(await (await request(path)).blob()), '_blank', 'noopener');
}

let drawn = '';
async function loadRuns() {
  const text = await (await request('/api/runs')).text();
  const { runs } = JSON.parse(text);
  const running = runs.filter((run) => run.status === 'running').length;
  $('active-count').hidden = running === 0;
  $('active-count').textContent = String(running);
  $('runs-note').textContent = runs.length === 0 ? 'None yet. Start one with: npm run minchat -- run SPEC' : '';
  // Drawn anew only when something changed, or a clock runs.
  if (text === drawn && running === 0) return;
  drawn = text;
  const focused = document.activeElement?.closest?.('#run-list');
  if (!focused) $('run-list').replaceChildren(...runs.map(runCard));
}

/* ---- what is kept up to date */

async function refresh() {
  if (document.hidden) return;
  try {
    await Promise.all([loadModels(), loadRuns()]);
  } catch (error) {
    $('runs-note').textContent = error.message;
    if (!known) $('welcome-text').textContent = error.message;
  }
}
await refresh();
setInterval(() => void refresh(), 2000);
$('input').focus();
