import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { rpc, type Bus } from '@minchat/bus';
import { suggest } from '@minchat/config';
import { RunStatus, runStatusWords, type StageEvent } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { colors } from '../colors.ts';
import type { Output } from '../output.ts';
import { followRun } from '../run/follow.ts';
import { outputOf, runArgument, stopSignal, withRun } from './common.ts';

export function addLogs(program: Command): void {
  program
    .command('logs')
    .argument('<run>', runArgument)
    .argument('[stage]', 'only of this stage')
    .description('Print what happened to a run, and what its stages logged.')
    .option('-f, --follow', 'go on until the run has ended')
    .action(async (name: string, stage: string | undefined, { follow }: { follow?: boolean }, command: Command) => {
      const output = outputOf(command);
      const signal = stopSignal();
      await withRun(name, async (bus, runId) => {
        const { stages } = await bus.call(rpc.getRun, { runId });
        const known = stages.map((one) => one.stage);
        if (stage !== undefined && !known.includes(stage)) throw new MinchatError('MC_NOT_FOUND', `run ${runId} has no stage "${stage}"${suggest(stage, known)}`);
        const entries: Entry[] = [];
        await readEvents(bus, runId, follow === true, signal, (event) => {
          for (const entry of entriesOf(event)) {
            if (stage !== undefined && entry.stage !== stage) continue;
            tell(output, entry);
            if (output.json) entries.push(entry);
          }
        });
        output.result(entries);
      });
    });
}

/** Hands over what is kept of a run; with `follow` what comes, too, until the run has ended or `signal` aborts. */
async function readEvents(bus: Bus, runId: string, follow: boolean, signal: AbortSignal, take: (event: StageEvent) => void): Promise<void> {
  let said = '';
  const events = await bus.subscribeEvents({ runId, from: 'all', untilNow: !follow }, (event) => {
    said = event.runChanged?.status ?? said;
    take(event);
  });
  const stop = (): void => void events.stop();
  signal.addEventListener('abort', stop);
  if (follow) {
    const nothing = { show: () => undefined, note: () => undefined, stop: () => undefined };
    const { status } = await followRun(bus, runId, nothing, signal);
    // The last event tells of the end, and comes behind the record of it.
    for (let tries = 0; tries < 50 && status !== RunStatus.RUN_STATUS_RUNNING && said !== runStatusWords[status]; tries += 1) await sleep(100);
  } else {
    await events.done;
  }
  await events.stop();
  if (signal.aborted) process.exitCode = 130;
}

interface Entry {
  at: string;
  stage: string;
  /** Of a line that a stage logged; `event` for what happened to it. */
  level: string;
  message: string;
  fields: Record<string, unknown>;
}

function entriesOf({ atMs, stage, started, completed, failed, released, runChanged, logged }: StageEvent): Entry[] {
  const event = (message: string, fields: Record<string, unknown> = {}, level = 'event'): Entry[] => [{ at: new Date(atMs).toISOString(), stage, level, message, fields }];
  if (started) return event('started', { attempt: started.attempt, plugin: started.plugin, ...(started.fromStep > 0 ? { fromStep: started.fromStep } : {}) });
  if (completed) return event('completed');
  if (failed) return event(failed.error?.message ?? 'failed', { code: failed.error?.code, attempt: failed.attempt }, 'error');
  if (released) return event('released', { step: released.step });
  if (runChanged) return event(runChanged.status);
  return (logged?.lines ?? []).map((line) => ({ at: new Date(line.atMs).toISOString(), stage, level: line.level, message: line.message, fields: asFields(line.fieldsJson) }));
}

function asFields(json: string): Record<string, unknown> {
  try {
    return json === '' ? {} : (JSON.parse(json) as Record<string, unknown>);
  } catch {
    return { fields: json };
  }
}

function tell(output: Output, { at, stage, level, message, fields }: Entry): void {
  const color = level === 'error' || level === 'fatal' ? colors.red : level === 'warn' ? colors.yellow : colors.dim;
  const more = Object.entries(fields).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  output.line([colors.dim(at), stage.padEnd(9), color(level.padEnd(5)), message, colors.dim(more.join(' '))].join(' ').trimEnd());
}
