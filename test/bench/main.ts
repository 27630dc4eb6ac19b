// npm run bench: how fast training and generation are, alone or beside PyTorch.
import { loadavg } from 'node:os';
import { startBackend } from '@minchat/model';
import { countProcessorTime } from './clock.ts';
import { compare } from './compare.ts';
import { lossCurves } from './curve.ts';
import { measureGeneration, measurePeak, measureTraining } from './measure.ts';
import { measurePpo } from './measure-ppo.ts';
import { readArguments, usage } from './options.ts';
import { profileTraining } from './profile.ts';
import { serveBench } from './serve.ts';

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  if (process.argv[2] === 'serve') return serveBench(process.argv.slice(3));
  const { what, options, backend, json, rounds, only, quick, processor } = readArguments(process.argv.slice(2));
  if (what === 'compare') {
    const results = compare({ rounds, only, quick, processor, backend, threads: processor ? 1 : options.threads }, json ? () => undefined : say);
    if (json) say(JSON.stringify(results ?? { leftOut: 'PyTorch is not here' }));
    return;
  }
  if (what === 'profile') {
    process.env['MINCHAT_THREADS'] = '1';
    await startBackend('native');
    const profile = await profileTraining(options);
    if (json) return void say(JSON.stringify({ ...profile, ...options }));
    say(`one step: ${profile.milliseconds.toFixed(1)} ms of one processor`);
    for (const { kernel, calls, milliseconds } of profile.kernels) say(`${milliseconds.toFixed(2).padStart(9)} ms ${String(calls).padStart(4)} x ${kernel}`);
    return;
  }
  if (what === 'curve') {
    process.env['MINCHAT_THREADS'] ??= String(options.threads);
    await startBackend('native');
    const { float32, bfloat16 } = await lossCurves(options);
    const share = Math.abs(bfloat16 / float32 - 1);
    if (json) return void say(JSON.stringify({ final_loss_float32: float32, final_loss_bfloat16: bfloat16, relative_difference: share, ...options }));
    return void say(`final loss: ${float32.toFixed(5)} in float32, ${bfloat16.toFixed(5)} in bfloat16: ${(100 * share).toFixed(3)} % apart`);
  }
  const measure = ({ train: measureTraining, generate: measureGeneration, ppo: measurePpo } as Record<string, typeof measureTraining | undefined>)[what];
  if (measure === undefined) {
    say(usage);
    process.exitCode = what === 'help' ? 0 : 64;
    return;
  }
  if (processor) countProcessorTime();
  process.env['MINCHAT_THREADS'] ??= String(processor ? 1 : options.threads);
  const started = await startBackend(backend);
  const { seconds, tokens, flops, parameters, rolloutScoreUpdateSeconds, firstRatioError } = await measure(options);
  const peak = await measurePeak();
  const result = {
    what,
    backend: started.name,
    seconds: Number(seconds.toPrecision(4)),
    tokens_per_second: Math.round(tokens / seconds),
    flops_per_second: Math.round(flops / seconds),
    // The native backend's is the processor's own, in registers.
    share_of_peak: Number((flops / seconds / peak).toPrecision(3)),
    peak_flops_per_second: Math.round(peak),
    peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
    parameters,
    ...(rolloutScoreUpdateSeconds && { rollout_score_update_seconds: rolloutScoreUpdateSeconds.map((part) => Number(part.toPrecision(3))) }),
    ...(firstRatioError !== undefined && { first_ratio_error: Number(firstRatioError.toPrecision(3)) }),
    load_average: Number((loadavg()[0] ?? NaN).toFixed(1)),
    ...options,
    ...(processor && { clock: 'processor', threads: 1 }),
  };
  if (json) say(JSON.stringify(result));
  else for (const [name, value] of Object.entries(result)) say(`${name.padEnd(24)}${String(value)}`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`);
  process.exitCode = 64;
}
